package api

import (
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/payout"
)

// Whatever the provider says about an account or a payout is told in French too.
func TestPayoutWordsAreFrench(t *testing.T) {
	var all []string
	for _, name := range strings.Fields(`external_account individual.verification.document individual.verification.additional_document individual.dob.day tos_acceptance.ip
		individual.ssn_last_4 individual.id_number individual.address.city individual.first_name individual.last_name_kana business_profile.mcc business_profile.url
		person_1.relationship.title individual.phone individual.email company.tax_id individual.brand_new`) {
		all = append(all, payout.Requirement(name))
	}
	for _, reason := range strings.Fields("rejected.fraud detached requirements.past_due under_review action_required.requested_capabilities platform_paused other") {
		all = append(all, payout.Disabled(reason))
	}
	for _, code := range payout.TroubleCodes() {
		trouble := payout.TroubleOf(&payout.Payout{FailureCode: code})
		all = append(all, trouble.Reason, trouble.Do)
	}
	for _, words := range all {
		if got := translate(French, words); got == words {
			t.Errorf("%q has no French", words)
		}
	}
}
