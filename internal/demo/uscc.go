package demo

import (
	"fmt"

	"huisheng/models"
)

// USCC is the i-th synthetic unified social credit code, up to a hundred million: its check character fits, the organisation number inside is made up.
func USCC(i int) string {
	for _, last := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		code := fmt.Sprintf("91440300%08d0%c", i, last)
		if _, _, err := models.ParseUSCC(code); err == nil {
			return code
		}
	}
	panic("one of the characters fits")
}
