package web

// The words of amounts, dates and counts.
var _ = speak(phrases{
	"time.format": {"%[1]s, %[2]s UTC", "%[1]s à %[2]s UTC"},
	"time.day":    {"%[1]s %[2]s %[3]s", "%[1]s %[2]s %[3]s"},

	"month.1":  {"January", "janvier"},
	"month.2":  {"February", "février"},
	"month.3":  {"March", "mars"},
	"month.4":  {"April", "avril"},
	"month.5":  {"May", "mai"},
	"month.6":  {"June", "juin"},
	"month.7":  {"July", "juillet"},
	"month.8":  {"August", "août"},
	"month.9":  {"September", "septembre"},
	"month.10": {"October", "octobre"},
	"month.11": {"November", "novembre"},
	"month.12": {"December", "décembre"},

	"unit.coins.one":      {"%s coin", "%s pièce"},
	"unit.coins.other":    {"%s coins", "%s pièces"},
	"unit.diamonds.one":   {"%s diamond", "%s diamant"},
	"unit.diamonds.other": {"%s diamonds", "%s diamants"},

	"watching.one":   {"%s watching", "%s spectateur"},
	"watching.other": {"%s watching", "%s spectateurs"},
})
