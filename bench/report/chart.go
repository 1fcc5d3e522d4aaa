package main

import (
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/sipwire/sipwire/bench/measure"
	"github.com/sipwire/sipwire/bench/peer"
)

var (
	oursColor  = color.RGBA{R: 0x1f, G: 0x6f, B: 0xb4, A: 0xff}
	peerColor  = color.RGBA{R: 0xb8, G: 0xbd, B: 0xc4, A: 0xff}
	floorColor = color.RGBA{R: 0x5b, G: 0x8c, B: 0x5a, A: 0xff}
	lineColors = []color.Color{
		floorColor, oursColor,
		color.RGBA{R: 0xd9, G: 0x5f, B: 0x02, A: 0xff}, color.RGBA{R: 0x75, G: 0x70, B: 0xb3, A: 0xff},
		color.RGBA{R: 0xe7, G: 0x29, B: 0x8a, A: 0xff}, color.RGBA{R: 0x66, G: 0x66, B: 0x66, A: 0xff},
		color.RGBA{R: 0xa6, G: 0x76, B: 0x1d, A: 0xff}, color.RGBA{R: 0x1b, G: 0x9e, B: 0x77, A: 0xff},
		color.RGBA{R: 0x00, G: 0x00, B: 0x00, A: 0xff},
	}
)

// writeCharts draws tasks.svg, a panel of bars for each task that a peer does
// too, bodies.svg, and a chart of lines for each sweep.
func (r *report) writeCharts(dir string) error {
	var panels []*plot.Plot
	for _, t := range peer.Tasks() {
		if p := r.bars(t); p != nil {
			panels = append(panels, p)
		}
	}
	if len(panels) > 0 {
		if err := savePanels(filepath.Join(dir, "tasks.svg"), panels); err != nil {
			return err
		}
	}
	if err := r.chartBodies(dir); err != nil {
		return err
	}
	for _, s := range r.Sweeps {
		if err := s.draw(filepath.Join(dir, s.Name+".svg")); err != nil {
			return err
		}
	}
	return nil
}

// bars draws the medians of one task, the slowest at the bottom, or returns
// nil when ours has nobody to be compared with.
func (r *report) bars(t peer.Task) *plot.Plot {
	var rs []measure.Result
	ours, peers := false, false
	for _, x := range r.Main {
		switch {
		case x.Task == string(peer.Copy):
			rs = append(rs, x)
		case x.Task == string(t):
			rs = append(rs, x)
			ours = ours || strings.HasPrefix(x.Impl, "sipwire")
			peers = peers || !strings.HasPrefix(x.Impl, "sipwire")
		}
	}
	if t == peer.Copy || !ours || !peers {
		return nil
	}
	return barsOf(string(t)+": "+t.About(), "ns a message", rs)
}

// barsOf draws medians, the slowest at the bottom.
func barsOf(title, unit string, rs []measure.Result) *plot.Plot {
	slices.SortStableFunc(rs, func(a, b measure.Result) int {
		switch {
		case a.Median > b.Median:
			return -1
		case a.Median < b.Median:
			return 1
		}
		return 0
	})
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text = unit
	p.X.Min = 0
	names := []string{}
	labels := plotter.XYLabels{}
	for i, x := range rs {
		values := make(plotter.Values, len(rs))
		values[i] = x.Median
		bar, err := plotter.NewBarChart(values, vg.Points(11))
		if err != nil {
			return nil
		}
		bar.Horizontal = true
		bar.LineStyle.Width = 0
		switch {
		case x.Task == string(peer.Copy):
			bar.Color = floorColor
		case strings.HasPrefix(x.Impl, "sipwire"):
			bar.Color = oursColor
		default:
			bar.Color = peerColor
		}
		p.Add(bar)
		// Room for viewers whose fonts are wider than those measured here.
		names = append(names, x.Impl+strings.Repeat(" ", 2+len(x.Impl)/3))
		labels.XYs = append(labels.XYs, plotter.XY{X: x.Median, Y: float64(i)})
		labels.Labels = append(labels.Labels, " "+ns(x.Median))
	}
	if text, err := plotter.NewLabels(labels); err == nil {
		for i := range text.TextStyle {
			text.TextStyle[i].YAlign = draw.YCenter
		}
		p.Add(text)
	}
	p.NominalY(names...)
	p.X.Max = 1.18 * rs[0].Median // room for the label of the longest
	return p
}

func savePanels(path string, panels []*plot.Plot) error {
	const cols = 2
	rows := (len(panels) + cols - 1) / cols
	canvas := vgsvg.New(vg.Length(cols)*14*vg.Centimeter, vg.Length(rows)*8*vg.Centimeter)
	dc := draw.New(canvas)
	dc.SetColor(color.White)
	dc.Fill(dc.Rectangle.Path())
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, cols)
		for j := range cols {
			if k := i*cols + j; k < len(panels) {
				grid[i][j] = panels[k]
			}
		}
	}
	tiles := draw.Tiles{Rows: rows, Cols: cols, PadX: vg.Centimeter / 2, PadY: vg.Centimeter / 2, PadTop: vg.Centimeter / 4, PadRight: vg.Centimeter / 2}
	for i, row := range plot.Align(grid, tiles, dc) {
		for j, c := range row {
			if grid[i][j] != nil {
				grid[i][j].Draw(c)
			}
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := canvas.WriteTo(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// draw draws the task read of every parser, and the floor, over the sizes.
func (s *sweep) draw(path string) error {
	p := plot.New()
	p.Title.Text = "parse and read what a proxy needs"
	p.X.Label.Text = s.Unit
	p.Y.Label.Text = "ns a message"
	p.Y.Min = 0
	p.Legend.Top, p.Legend.Left = true, true
	p.Add(plotter.NewGrid())
	n := 0
	for _, l := range s.lines() {
		if l.task != string(peer.Read) && l.task != string(peer.Copy) {
			continue
		}
		xy := make(plotter.XYs, len(l.x))
		for i := range xy {
			xy[i] = plotter.XY{X: l.x[i], Y: l.y[i]}
		}
		drawn, points, err := plotter.NewLinePoints(xy)
		if err != nil {
			return err
		}
		c := lineColors[n%len(lineColors)]
		n++
		drawn.Color, points.Color = c, c
		drawn.Width, points.Shape, points.Radius = vg.Points(1.5), draw.CircleGlyph{}, vg.Points(2)
		p.Add(drawn, points)
		p.Legend.Add(l.impl+", "+l.slope(s.Name), drawn)
	}
	if n == 0 {
		return nil
	}
	p.X.Max *= 1.03 // so that the last figure of the axis is not cut
	return p.Save(18*vg.Centimeter, 11*vg.Centimeter, path)
}
