package header

// What the tests outside the package use of its inside.
var (
	BadLine    = badLine
	CheckParse = checkParse
	Names      = names
	Options    = options
	ParseQ     = parseQ
	Tokens     = tokens
)
