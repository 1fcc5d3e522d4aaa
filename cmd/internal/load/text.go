package load

import "strconv"

func itoa(n int) string { return strconv.Itoa(n) }

// ftoa writes a rate with at most one digit behind the point.
func ftoa(f float64) string { return strconv.FormatFloat(round(f, 1), 'f', -1, 64) }
