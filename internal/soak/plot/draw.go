package main

import (
	"fmt"
	"image/color"
	"io"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

const (
	columns = 2
	dpi     = 100
	// Lengths of the picture: of a row of diagrams, and of the legend beside each of them.
	width  = 16 * vg.Inch
	row    = 4.2 * vg.Inch
	legend = 2.4 * vg.Inch
	margin = 0.15 * vg.Inch
	// wide is how many characters of the title fit into a line, each as high as heading.
	wide    = 170
	heading = vg.Length(14)
)

// draw writes the picture as PNG.
func draw(w io.Writer, t table, title string) error {
	all := panels()
	rows := (len(all) + columns - 1) / columns
	words := wrap(title, wide)
	above := vg.Length(len(words)+1) * heading
	height := vg.Length(rows)*row + above
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	page := vgdraw.New(canvas)
	page.SetColor(color.White)
	page.Fill(page.Rectangle.Path())
	for i, line := range words {
		page.FillText(style(11), vg.Point{X: margin, Y: height - vg.Length(i)*heading - margin/2}, line)
	}

	grid, legends := make([][]*plot.Plot, rows), make([]plot.Legend, len(all))
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
	}
	for i, one := range all {
		var err error
		if grid[i/columns][i%columns], legends[i], err = diagram(t, one); err != nil {
			return err
		}
	}
	tiles := vgdraw.Tiles{
		Rows: rows, Cols: columns, PadTop: above, PadLeft: margin, PadBottom: margin,
		PadX: legend, PadRight: legend, PadY: 2 * margin,
	}
	for i, tilesOfRow := range plot.Align(grid, tiles, page) {
		for j, tile := range tilesOfRow {
			at := i*columns + j
			if at >= len(all) {
				break
			}
			grid[i][j].Draw(tile)
			legends[at].Draw(vgdraw.Canvas{Canvas: page.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: tile.Max.X + margin, Y: tile.Min.Y},
				Max: vg.Point{X: tile.Max.X + legend, Y: tile.Max.Y - 2*margin},
			}})
		}
	}
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(w); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

func style(points vg.Length) text.Style {
	return text.Style{
		Color: color.Black, YAlign: text.YTop, Handler: plot.DefaultTextHandler,
		Font: font.From(font.Font{Typeface: plot.DefaultFont.Typeface, Variant: "Sans"}, points),
	}
}

// colors of the lines of a diagram: the palette of Okabe and Ito, which people tell apart who see
// fewer colours.
func colors() []color.Color {
	return []color.Color{
		color.RGBA{0x00, 0x72, 0xb2, 0xff}, color.RGBA{0xd5, 0x5e, 0x00, 0xff}, color.RGBA{0x00, 0x9e, 0x73, 0xff},
		color.RGBA{0xcc, 0x79, 0xa7, 0xff}, color.RGBA{0xe6, 0x9f, 0x00, 0xff}, color.RGBA{0x56, 0xb4, 0xe9, 0xff},
	}
}

// diagram is one panel with its lines, and what explains them.
func diagram(t table, one panel) (*plot.Plot, plot.Legend, error) {
	p, explained := plot.New(), plot.NewLegend()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = one.title, "minutes since the traffic began", one.unit
	explained.Top, explained.Left, explained.TextStyle.Font = true, true, style(10).Font
	for _, s := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
		s.Font.Variant = "Sans"
	}
	p.Add(plotter.NewGrid())
	for i, l := range one.lines {
		xy, err := t.points(l)
		if err != nil {
			return nil, explained, err
		}
		drawn, err := plotter.NewLine(xy)
		if err != nil {
			return nil, explained, fmt.Errorf("draw %s: %w", l.label, err)
		}
		drawn.Color, drawn.Width = colors()[i%len(colors())], vg.Points(1.5)
		p.Add(drawn)
		explained.Add(fmt.Sprintf("%s: %s", l.label, last(xy)), drawn)
	}
	p.Y.Min, p.Y.Max = 0, max(1, p.Y.Max*1.05)
	return p, explained, nil
}

// last is the last value, for the legend.
func last(xy plotter.XYs) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", xy[len(xy)-1].Y), ".0")
}

// wrap breaks a text between its words into lines of at most n bytes, longer words apart.
func wrap(words string, n int) []string {
	var lines []string
	for word := range strings.FieldsSeq(words) {
		if at := len(lines) - 1; at >= 0 && len(lines[at])+1+len(word) <= n {
			lines[at] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
