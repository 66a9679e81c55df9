package console

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/indicator"
	"huisheng/models"
)

func TestCellsThatAreNoFormulas(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+86": "'+86", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "示例公司": "示例公司", "66.67": "66.67", "": "",
	} {
		require.Equal(t, want, inert(in))
	}
}

func TestHowAFigureMoved(t *testing.T) {
	t.Parallel()
	require.Equal(t, "−12.5", movedBy(indicator.Ranked{Value: models.IndicatorValue{Value: ptr(50)}, Before: ptr(62.5)}))
	require.Equal(t, "+0.3", movedBy(indicator.Ranked{Value: models.IndicatorValue{Value: ptr(0.4)}, Before: ptr(0.1)}))
	require.Equal(t, "0", movedBy(indicator.Ranked{Value: models.IndicatorValue{Value: ptr(7)}, Before: ptr(7)}))
	require.Empty(t, movedBy(indicator.Ranked{Value: models.IndicatorValue{Value: ptr(7)}}))
}
