package explain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is how many bytes of a name are shown.
const maxName = 256

// clean frees a name that a process chose of what is not for showing: control characters,
// those that change the direction of text, and bytes that are no UTF-8. It cuts long ones.
func clean(s string) string {
	if len(s) > maxName {
		cut := maxName
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return '\ufffd'
	}, s)
}

func (c *Connection) clean() {
	for _, s := range []*string{&c.Service, &c.Executable, &c.Container, &c.Protocol} {
		*s = clean(*s)
	}
}

// cleanLines is clean for text of several lines, of any length.
func cleanLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsGraphic(r) {
			return r
		}
		return '\ufffd'
	}, s)
}
