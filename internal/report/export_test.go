package report

// Conversion is the formula of an earning.
var Conversion = conversion
