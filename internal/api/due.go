package api

import (
	"slices"
	"strings"
)

// The provider names what it still wants to know as paths such as
// individual.dob.day, several of them for one thing. People are told the
// thing, once.

// dueWords are the words of a part of a path.
var dueWords = map[string][2]string{
	"external_account":    {"a bank account", "un compte bancaire"},
	"document":            {"a proof of identity", "un justificatif d’identité"},
	"dob":                 {"the date of birth", "la date de naissance"},
	"tos_acceptance":      {"the provider's terms, accepted", "les conditions du prestataire, acceptées"},
	"address":             {"the address", "l’adresse"},
	"id_number":           {"a tax or identity number", "un numéro fiscal ou d’identité"},
	"ssn_last_4":          {"a tax or identity number", "un numéro fiscal ou d’identité"},
	"tax_id":              {"a tax or identity number", "un numéro fiscal ou d’identité"},
	"first_name":          {"the name", "le nom"},
	"last_name":           {"the name", "le nom"},
	"name":                {"the name", "le nom"},
	"phone":               {"a telephone number", "un numéro de téléphone"},
	"email":               {"an e-mail address", "une adresse électronique"},
	"url":                 {"a web address", "une adresse web"},
	"mcc":                 {"the trade", "l’activité"},
	"product_description": {"the trade", "l’activité"},
	"business_type":       {"whether it is a person or a company", "s’il s’agit d’une personne ou d’une société"},
}

// dueOther stands for what has no words of its own.
var dueOther = [2]string{"a detail that the provider's page names", "un détail que nomme la page du prestataire"}

// dueInWords says each thing once, in the order of the provider.
func dueInWords(l Language, paths []string) []string {
	all := []string{}
	for _, path := range paths {
		words := dueOther
		for part := range strings.SplitSeq(path, ".") {
			if w, ok := dueWords[part]; ok {
				words = w
				break
			}
		}
		if !slices.Contains(all, words[l]) {
			all = append(all, words[l])
		}
	}
	return all
}

// dueDetail is the sentence of an account that lacks something.
func dueDetail(l Language, things []string) string {
	return translate(l, "The payout account lacks: "+strings.Join(things, ", ")+". Complete it with POST /v1/payout-account/onboarding-link.")
}
