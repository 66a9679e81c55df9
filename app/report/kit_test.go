package report_test

import "huisheng/app/indicator"

// declared is a headcount as an organisation declares it.
func declared(headcount float64) indicator.Declaration {
	return indicator.Declaration{Values: map[string]float64{"headcount": headcount}, Source: "人事系统在岗名册"}
}
