// Package report writes the result of a load run as one HTML file: a table and
// charts, drawn as SVG in the file itself. It loads nothing and runs no script.
package report

import (
	"bytes"
	"image/color"

	"github.com/sipwire/sipwire/cmd/internal/load"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

var colors = []color.Color{
	color.RGBA{R: 0x1f, G: 0x6f, B: 0xb4, A: 0xff}, color.RGBA{R: 0xd9, G: 0x5f, B: 0x02, A: 0xff},
	color.RGBA{R: 0x5b, G: 0x8c, B: 0x5a, A: 0xff}, color.RGBA{R: 0xe7, G: 0x29, B: 0x8a, A: 0xff},
}

// A line of a chart over the time of the run.
type line struct {
	name  string
	value func(*load.Sample) float64
}

// over draws lines over the time of a run.
func over(series []load.Sample, unit string, lines ...line) (string, error) {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = "seconds", unit
	p.Y.Min = 0
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	for i, l := range lines {
		points := make(plotter.XYs, len(series))
		for k := range series {
			points[k] = plotter.XY{X: series[k].At, Y: l.value(&series[k])}
		}
		if len(points) == 0 {
			points = plotter.XYs{{}}
		}
		drawn, err := plotter.NewLine(points)
		if err != nil {
			return "", err
		}
		drawn.Color, drawn.Width = colors[i%len(colors)], vg.Points(1.5)
		p.Add(drawn)
		p.Legend.Add(l.name, drawn)
	}
	if p.Y.Max <= 0 {
		p.Y.Max = 1
	}
	return svg(p)
}

// percentileBars draws how long the responses took.
func percentileBars(p *load.Percentiles) (string, error) {
	names := []string{"50 %", "90 %", "99 %", "99.9 %", "max"}
	bars, err := plotter.NewBarChart(plotter.Values{p.P50, p.P90, p.P99, p.P999, p.Max}, vg.Points(40))
	if err != nil {
		return "", err
	}
	bars.Color, bars.LineStyle.Width = colors[0], 0
	c := plot.New()
	c.Y.Label.Text, c.Y.Min = "ms", 0
	c.Add(plotter.NewGrid(), bars)
	c.NominalX(names...)
	return svg(c)
}

// svg draws a chart and returns it as an element of HTML.
func svg(p *plot.Plot) (string, error) {
	c := vgsvg.New(18*vg.Centimeter, 7*vg.Centimeter)
	p.Draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return "", err
	}
	s := b.Bytes()
	if i := bytes.Index(s, []byte("<svg")); i > 0 {
		s = s[i:] // the XML declaration has no place inside HTML
	}
	return string(s), nil
}
