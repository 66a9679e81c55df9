package sheet

func attr(attrs []byte, want string) ([]byte, bool) {
	for {
		name, value, rest, ok := nextAttr(attrs)
		if !ok {
			return nil, false
		}
		if string(name) == want {
			return value, true
		}
		attrs = rest
	}
}

// decimal reads a whole number of at most nine digits.
func decimal(b []byte) (int, error) {
	if len(b) == 0 || len(b) > 9 {
		return 0, errMarkup
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, errMarkup
		}
		n = n*10 + int(c-'0')
	}
	return n, nil
}

// cellColumn gives the column of a reference such as AB12, counted from 0.
func cellColumn(ref []byte) (int, error) {
	n, i := 0, 0
	for ; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	if i == 0 || i > 3 {
		return 0, errMarkup
	}
	return n - 1, nil
}
