package handlers

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
)

// routes is every route with its guard. What is not here does not exist, and what has no guard does not start.
func (h *handlers) routes() []web.Route {
	const (
		province = models.RoleProvince
		city     = models.RoleCity
		alliance = models.RoleAlliance
		operator = models.RoleOperator
	)
	return []web.Route{
		// health
		get("/livez", web.Public, h.live),
		get("/readyz", web.Public, h.ready),
		get("/metrics", web.Private, h.metrics()),

		// logging in
		post("/api/v1/auth/login", web.Public, h.api.Login),
		post("/api/v1/auth/refresh", web.Public, h.api.Refresh),
		post("/api/v1/auth/logout", web.Public, h.api.Logout),
		get("/api/v1/auth/me", web.Any, h.api.Me),
		post("/api/v1/auth/password", web.Any, h.api.ChangePassword),

		// accounts and what they did
		get("/api/v1/accounts", web.Roles(province, city), h.api.ListAccounts),
		post("/api/v1/accounts", web.Roles(province), h.api.CreateOfficial),
		patch("/api/v1/accounts/:account", web.Roles(province, city), h.api.UpdateAccount),
		get("/api/v1/audit", web.Roles(province, city), h.api.ListAudit),

		// organisations
		get("/api/v1/orgs", web.Roles(province, city, alliance, operator), h.api.ListOrgs),
		post("/api/v1/orgs", web.Roles(province, city), h.api.CreateOrg),
		get("/api/v1/orgs/:org", web.Roles(province, city, alliance, operator), h.api.ShowOrg),
		patch("/api/v1/orgs/:org", web.Roles(province, city), h.api.UpdateOrg),
		get("/api/v1/orgs/:org/accounts", web.Roles(province, city), h.api.ListOperators),
		post("/api/v1/orgs/:org/accounts", web.Roles(province, city), h.api.CreateOperator),

		// respondents
		post("/api/v1/respond/session", web.Public, h.api.OpenRespondentSession),
		post("/api/v1/respond/feedback", web.RespondentToken, h.api.SubmitFeedback),
		get("/api/v1/respond/feedback", web.RespondentToken, h.api.OwnFeedback),
		patch("/api/v1/respond/feedback", web.RespondentToken, h.api.CorrectFeedback),
		remove("/api/v1/respond/feedback", web.RespondentToken, h.api.WithdrawFeedback),
		post("/api/v1/respond/complaints", web.RespondentToken, h.api.FileComplaint),
		get("/api/v1/cases/:case_no", web.Public, h.api.FollowCase),

		// the regulator's desk
		get("/api/v1/complaints", web.Roles(province, city), h.api.ListComplaints),
		get("/api/v1/complaints/:id", web.Roles(province, city), h.api.ReadComplaint),
		post("/api/v1/complaints/:id/transitions", web.Roles(province, city), h.api.TransitComplaint),
	}
}

func get(path string, g web.Guard, h fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodGet, Path: path, Guard: g, Handler: h}
}

func post(path string, g web.Guard, h fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodPost, Path: path, Guard: g, Handler: h}
}

func patch(path string, g web.Guard, h fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodPatch, Path: path, Guard: g, Handler: h}
}

func remove(path string, g web.Guard, h fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodDelete, Path: path, Guard: g, Handler: h}
}
