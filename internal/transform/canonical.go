package transform

import "strings"

// Defaults are what the operator's configuration says where a URL says nothing.
// They replace the built-in defaults of the parameters that they name. The zero
// value changes none.
type Defaults struct{ t Transform }

// ParseDefaults reads the operator's query. Unlike a URL's, a name that is not
// known is an error.
func ParseDefaults(query string) (Defaults, error) {
	t, err := read(query, true)
	return Defaults{t}, err
}

// String is the query that ParseDefaults reads back.
func (d Defaults) String() string { return d.t.String() }

// String is the canonical query: names in bytewise order, values escaped but
// for unreserved characters. The zero Transform's is empty.
func (t Transform) String() string {
	var b strings.Builder
	for i := range t.given.each {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(params[i].name)
		b.WriteByte('=')
		escape(&b, params[i].format(&t))
	}
	return b.String()
}

// escape writes every byte but the unreserved ones of RFC 3986 as %XX.
func escape(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '.', c == '_', c == '~':
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
}

// Resolve answers the question that auto=format leaves open, with what the
// client accepts, unless the URL or the operator answers it. The second result
// tells whether the question stood: whether the answer varies with Accept.
func (t Transform) Resolve(a Accept, d Defaults) (Transform, bool) {
	if t.IsOriginal() {
		return t, false
	}
	e := t.Effective(d)
	if e.Auto&AutoFormat == 0 {
		return t, false
	}
	if !e.given.has(pAccept) {
		e.Accept = a
		e.given |= setOf(pAccept)
	}
	return minimal(e, d), true
}

// Variant is the transform without what changes only the answer's headers: what
// the ETag stands for.
func (t Transform) Variant() Transform { return t.without(pDL) }

// minimal returns the smallest transform whose effective form is e: each
// parameter that can be left out is.
func minimal(e Transform, d Defaults) Transform {
	t := e
	for again := true; again; {
		again = false
		for i := range t.given.each {
			if less := t.without(i); less.Effective(d) == e {
				t, again = less, true
			}
		}
	}
	return t
}

// without returns the transform with one parameter not given.
func (t Transform) without(number int) Transform {
	params[number].copy(&t, &Transform{})
	t.given &^= setOf(number)
	return t
}

// over returns t where it gives a parameter, and under where it does not.
func (t Transform) over(under Transform) Transform {
	for missing := range (under.given &^ t.given).each {
		params[missing].copy(&t, &under)
	}
	t.given |= under.given
	return t
}

// reset puts parameters back to what they are where nothing is said.
func (t *Transform) reset(numbers ...int) {
	for _, n := range numbers {
		params[n].copy(t, &builtin)
	}
	t.given &^= setOf(numbers...) &^ builtin.given
}

// Effective returns the transform with every default filled in (the operator's,
// then the built-in), and with every parameter that does nothing beside the
// others put back to its built-in default. Plans are made from it.
//
// What stays open is zero: W, H, AR and the bounds that are not given, Format
// where it is the source's or the client's, Quality where it is the format's,
// Frame for all.
func (t Transform) Effective(d Defaults) Transform {
	e := t.over(d.t).over(builtin)

	bothSides := e.W != 0 && e.H != 0
	if e.given.has(pAR) && (bothSides || e.Fit == FitClip || e.Fit == FitMax || e.Fit == FitScale) {
		e.reset(pAR)
	}
	e.Fit = e.fit()
	e.given |= setOf(pFit)
	if e.Fit != FitCrop && e.Fit != FitMin {
		e.reset(pCrop)
	}
	if e.Crop != CropFocalPoint {
		e.reset(pFPX, pFPY, pFPZ)
	}
	if e.Fit != FitCrop && e.Fit != FitClip && e.Fit != FitMax {
		e.reset(pMaxW, pMaxH, pMinW, pMinH)
	}
	// After the bounds: one that does nothing must not keep dpr.
	if e.W < One && e.H < One && e.MaxW|e.MaxH|e.MinW|e.MinH == 0 {
		e.reset(pDPR)
	}
	if e.Format != 0 {
		e.Auto &^= AutoFormat
	}
	if e.Auto&AutoFormat == 0 {
		e.reset(pAccept)
	}
	if e.Format != 0 && e.Format != WebP && e.Format != AVIF {
		e.reset(pLossless)
	}
	if e.Format != 0 && e.Format != JPEG && e.Format != PJPG && e.Format != AVIF {
		e.reset(pChroma)
	}
	if e.Format == PNG || e.Format == GIF || e.Format != 0 && bool(e.Lossless) {
		e.reset(pQ)
	} else if !t.given.has(pQ) {
		e.fillQuality()
	}
	return e
}

// fit is the fit that a box really gets.
func (t Transform) fit() Fit {
	sides := 0
	for _, l := range []Length{t.W, t.H} {
		if l != 0 {
			sides++
		}
	}
	ratio := t.given.has(pAR)
	switch {
	case sides == 0 && !ratio:
		return FitClip
	case t.Fit == 0 && (sides == 2 || ratio):
		return FitCrop
	case t.Fit == 0:
		return FitClip
	case sides == 2 || ratio:
		return t.Fit
	case t.Fit == FitMin || t.Fit == FitFillMax || t.Fit == FitMax:
		return FitMax
	}
	return FitClip
}

// fillQuality sets the quality that the URL does not give, where the format
// does not matter to it or is known.
func (t *Transform) fillQuality() {
	quality := t.Quality.Int() // the operator's
	if quality == 0 {
		quality = t.Format.DefaultQuality()
	}
	if quality == 0 {
		return
	}
	t.Quality = Whole(t.compressed(quality))
	t.given |= setOf(pQ)
}

// QualityFor is the quality of an effective transform in the format that was
// chosen at last.
func (t Transform) QualityFor(f Format) int {
	if t.Quality != 0 {
		return t.Quality.Int()
	}
	return t.compressed(f.DefaultQuality())
}

func (t Transform) compressed(quality int) int {
	if t.Auto&AutoCompress == 0 {
		return quality
	}
	return max(1, (quality*8+5)/10)
}
