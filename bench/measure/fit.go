package measure

// Fit returns the straight line y = at0 + slope·x nearest to the points by
// least squares, and r2, how much of the spread of y it explains.
func Fit(x, y []float64) (slope, at0, r2 float64) {
	n := float64(len(x))
	var sx, sy float64
	for i := range x {
		sx += x[i]
		sy += y[i]
	}
	mx, my := sx/n, sy/n
	var xx, xy, yy float64
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		xy += (x[i] - mx) * (y[i] - my)
		yy += (y[i] - my) * (y[i] - my)
	}
	if xx == 0 {
		return 0, my, 0
	}
	slope = xy / xx
	if yy == 0 {
		return slope, my - slope*mx, 1
	}
	return slope, my - slope*mx, xy * xy / (xx * yy)
}
