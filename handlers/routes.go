package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/internal/photo"
	"huisheng/models"
)

// routes is every route with its guard. What is not here does not exist, and what has no guard does not start.
//
//nolint:funlen // it is one table: a line a route
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

		// the contract
		get("/openapi.json", web.Public, h.contract.JSON),
		get("/docs", web.Public, h.contract.Page),

		// logging in
		post("/api/v1/auth/login", web.Public, h.api.Login),
		post("/api/v1/auth/refresh", web.Public, h.api.Refresh),
		post("/api/v1/auth/logout", web.Public, h.api.Logout),
		get("/api/v1/auth/me", web.Any, h.api.Me),
		post("/api/v1/auth/password", web.Any, h.api.ChangePassword),
		post("/api/v1/auth/otp", web.Any, h.api.StartOTP),
		post("/api/v1/auth/otp/confirm", web.Any, h.api.ConfirmOTP),
		post("/api/v1/auth/otp/remove", web.Any, h.api.RemoveOTP),
		get("/api/v1/auth/sessions", web.Any, h.api.ListSessions),
		remove("/api/v1/auth/sessions/:session", web.Any, h.api.EndSession),

		// accounts and what they did
		get("/api/v1/accounts", web.Roles(province, city), h.api.ListAccounts),
		post("/api/v1/accounts", web.Roles(province), h.api.CreateOfficial),
		patch("/api/v1/accounts/:account", web.Roles(province, city), h.api.UpdateAccount),
		get("/api/v1/accounts/:account/sessions", web.Roles(province, city), h.api.ListSessionsOf),
		remove("/api/v1/accounts/:account/sessions", web.Roles(province, city), h.api.EndSessionsOf),
		get("/api/v1/clients", web.Roles(province), h.api.ListClients),
		post("/api/v1/clients", web.Roles(province), h.api.CreateClient),
		post("/api/v1/clients/:client/rotate", web.Roles(province), h.api.RotateClient),
		remove("/api/v1/clients/:client", web.Roles(province), h.api.RevokeClient),
		get("/api/v1/audit", web.Roles(province, city), h.api.ListAudit),

		// working days
		get("/api/v1/calendar", web.Any, h.api.ShowCalendar),
		put("/api/v1/calendar/:year", web.Roles(province), h.api.ImportCalendar),

		// what is asked, and what is written to phones
		get("/api/v1/questionnaires", web.Roles(province, city), h.api.ListQuestionnaires),
		get("/api/v1/questionnaires/:code/versions/:version", web.Roles(province, city), h.api.ShowQuestionnaire),
		post("/api/v1/questionnaires/:code/versions", web.Roles(province), h.api.PublishQuestionnaire),
		get("/api/v1/message-templates", web.Roles(province, city), h.api.ListTemplates),

		// organisations
		get("/api/v1/orgs", web.Roles(province, city, alliance, operator).Or(models.ScopeOrgsRead), h.api.ListOrgs),
		post("/api/v1/orgs", web.Roles(province, city), h.api.CreateOrg),
		get("/api/v1/orgs/:org", web.Roles(province, city, alliance, operator).Or(models.ScopeOrgsRead), h.api.ShowOrg),
		patch("/api/v1/orgs/:org", web.Roles(province, city), h.api.UpdateOrg),
		get("/api/v1/orgs/:org/accounts", web.Roles(province, city), h.api.ListOperators),
		post("/api/v1/orgs/:org/accounts", web.Roles(province, city), h.api.CreateOperator),

		// rosters and the records made of them
		get("/api/v1/roster-templates/:kind.xlsx", web.Any, h.api.RosterTemplate),
		post("/api/v1/orgs/:org/roster", web.Roles(operator), h.api.ImportRoster).Body(h.Config.BodyLimit).Stream().Timeout(10 * time.Minute),
		get("/api/v1/orgs/:org/roster/imports", web.Roles(operator), h.api.ListImports),
		get("/api/v1/orgs/:org/roster/imports/:import", web.Roles(operator), h.api.ShowImport),
		get("/api/v1/orgs/:org/roster/imports/:import/rejected.xlsx", web.Roles(operator), h.api.DownloadRejected),
		get("/api/v1/orgs/:org/records", web.Roles(province, city, operator), h.api.ListRecords),
		patch("/api/v1/orgs/:org/records/:record", web.Roles(operator), h.api.UpdateRecord),

		// whom a school's employer rounds ask
		get("/api/v1/orgs/:org/contacts", web.Roles(operator), h.api.ListContacts),
		post("/api/v1/orgs/:org/contacts", web.Roles(operator), h.api.AddContact),
		remove("/api/v1/orgs/:org/contacts/:contact", web.Roles(operator), h.api.RemoveContact),

		// claims, and the rounds of feedback they start
		post("/api/v1/claims", web.Roles(province, city, operator).Or(models.ScopeClaimsWrite), h.api.PostClaim).Body(16 << 20).Timeout(2 * time.Minute),
		get("/api/v1/batches", web.Roles(province, city, operator).Or(models.ScopeBatchesRead), h.api.ListBatches),
		get("/api/v1/batches/:batch", web.Roles(province, city, operator).Or(models.ScopeBatchesRead), h.api.ShowBatch),
		get("/api/v1/batches/:batch/progress", web.Roles(province, city, operator), h.api.BatchProgress),
		get("/api/v1/batches/:batch/invitations", web.Roles(province, city, operator), h.api.ListInvitations),
		get("/api/v1/batches/:batch/poster", web.Roles(province, city, operator), h.console.ShowPoster),
		get("/api/v1/batches/:batch/poster.png", web.Roles(province, city, operator), h.api.BatchPoster("png")),
		get("/api/v1/batches/:batch/poster.svg", web.Roles(province, city, operator), h.api.BatchPoster("svg")),
		get("/api/v1/batches/:batch/staff-poster.png", web.Roles(province, city, operator), h.api.StaffPoster("png")),
		get("/api/v1/batches/:batch/staff-poster.svg", web.Roles(province, city, operator), h.api.StaffPoster("svg")),
		post("/api/v1/batches/:batch/remind", web.Roles(province, city, operator), h.api.RemindBatch).Timeout(time.Minute),
		post("/api/v1/batches/:batch/pause", web.Roles(province, city), h.api.PauseBatch),
		post("/api/v1/batches/:batch/resume", web.Roles(province, city), h.api.ResumeBatch),
		post("/api/v1/batches/:batch/close", web.Roles(province, city, operator), h.api.CloseBatch),
		get("/api/v1/invitations/:invitation/qr.png", web.Roles(province, city, operator), h.api.InvitationQR("png")),
		get("/api/v1/invitations/:invitation/qr.svg", web.Roles(province, city, operator), h.api.InvitationQR("svg")),
		post("/api/v1/invitations/:invitation/resend", web.Roles(province, city, operator), h.api.ResendInvitation),

		// the channel of messages
		get("/api/v1/sending", web.Roles(province, city), h.api.ShowSending),
		post("/api/v1/sending/resume", web.Roles(province, city), h.api.ResumeSending),
		post("/api/v1/receipts/:channel/:secret", web.Public, h.api.TakeReceipts).Body(1 << 20),
		get("/dev/outbox", web.Dev, h.api.OutboxPage),
		get("/dev/outbox.json", web.Dev, h.api.Outbox),

		// figures
		get("/api/v1/indicator-definitions", web.Any, h.api.ListIndicatorDefinitions),
		get("/api/v1/quality-rules", web.Roles(province, city), h.api.ListQualityRules),
		get("/api/v1/indicators/orgs/:org", web.Roles(province, city, alliance, operator).Or(models.ScopeIndicatorsRead), h.api.ShowOrgIndicators),
		get("/api/v1/indicators/orgs/:org/comparison", web.Roles(province, city, alliance, operator).Or(models.ScopeIndicatorsRead), h.api.CompareOrgIndicators).Timeout(time.Minute),
		get("/api/v1/indicators/orgs/:org/trend", web.Roles(province, city, alliance, operator).Or(models.ScopeIndicatorsRead), h.api.ShowOrgTrend),
		get("/api/v1/indicators/regions/:code", web.Roles(province, city).Or(models.ScopeIndicatorsRead), h.api.ShowRegionIndicators).Timeout(time.Minute),
		post("/api/v1/reports", web.Roles(province, city), h.api.MakeReport),
		get("/api/v1/reports", web.Roles(province, city, operator), h.api.ListReports),
		get("/api/v1/reports/:report.xlsx", web.Roles(province, city, operator), h.api.DownloadReport).Timeout(2 * time.Minute),
		get("/api/v1/reports/:report.json", web.Roles(province, city, operator), h.api.ExportReport).Timeout(2 * time.Minute),
		get("/api/v1/reports/:report", web.Roles(province, city, operator), h.api.ShowReport),
		post("/api/v1/reports/:report/verify", web.Roles(province, city), h.api.VerifyReport),
		get("/api/v1/orgs/:org/figures/:period", web.Roles(province, city, alliance, operator).Or(models.ScopeFiguresWrite), h.api.ShowFigures),
		put("/api/v1/orgs/:org/figures/:period", web.Roles(alliance, operator).Or(models.ScopeFiguresWrite), h.api.DeclareFigures),
		get("/api/v1/orgs/:org/figures/:period/gaps", web.Roles(province, city, alliance, operator), h.api.CompareFigures),
		post("/api/v1/figures/upload", web.Roles(alliance, operator), h.api.UploadFigures).Body(16 << 20).Stream().Timeout(5 * time.Minute),
		get("/api/v1/declaration-templates/:name.xlsx", web.Any, h.api.DeclarationTemplate),
		get("/api/v1/orgs/:org/prices", web.Roles(province, city, alliance, operator), h.api.ShowPrices),
		put("/api/v1/orgs/:org/prices", web.Roles(operator), h.api.DeclarePrices).Body(1 << 20),
		post("/api/v1/orgs/:org/prices/upload", web.Roles(operator), h.api.UploadPrices).Body(16 << 20).Stream().Timeout(time.Minute),
		get("/api/v1/orgs/:org/schedule", web.Roles(province, city, operator), h.api.ShowSchedule),

		// what employing departments say
		get("/api/v1/batches/:batch/ratings", web.Roles(province, city, operator), h.api.ShowRatings),
		get("/api/v1/batches/:batch/ratings.xlsx", web.Roles(operator), h.api.DownloadRatings).Timeout(2 * time.Minute),
		post("/api/v1/batches/:batch/ratings", web.Roles(operator), h.api.UploadRatings).Body(h.Config.BodyLimit).Stream().Timeout(5 * time.Minute),
		post("/api/v1/batches/:batch/ratings/submit", web.Roles(operator), h.api.HandInRatings),
		get("/api/v1/ratings/department/:token", web.DepartmentToken, h.api.ShowDepartment),
		put("/api/v1/ratings/department/:token/:invitation", web.DepartmentToken, h.api.SaveRating),

		// the phone's pages
		get("/i/:token", web.Public, h.phone.ShowLink),
		get("/p/:poster", web.Public, h.phone.ShowPoster),
		get("/", web.Public, h.front),
		get("/f", web.Public, h.phone.ShowCode),
		get("/r/enter", web.Public, h.phone.BackToStart),
		post("/r/enter", web.Public, h.phone.Enter),
		get("/r/form", web.RespondentToken, h.phone.ShowForm),
		get("/r/feedback", web.RespondentToken, h.phone.BackToForm),
		post("/r/feedback", web.RespondentToken, h.phone.SendFeedback),
		get("/r/done", web.RespondentToken, h.phone.ShowReceipt),
		post("/r/employer", web.RespondentToken, h.phone.FillForEmployer),
		post("/r/leave", web.Public, h.phone.Leave),
		get("/r/withdraw", web.RespondentToken, h.phone.ShowWithdraw),
		post("/r/withdraw", web.RespondentToken, h.phone.Withdraw),
		get("/r/complaint", web.RespondentToken, h.phone.ShowComplaint),
		post("/r/complaint", web.RespondentToken, h.phone.FileComplaint).Body(4 * photo.MaxBytes).Stream().Timeout(time.Minute),
		post("/r/photo", web.RespondentToken, h.phone.AddPhoto).Body(2 * photo.MaxBytes).Stream().Timeout(time.Minute),
		get("/c", web.Public, h.phone.ShowCaseForm),
		post("/c", web.Public, h.phone.FollowCase),
		post("/c/rate", web.Public, h.phone.RateCase),
		post("/c/change", web.Public, h.phone.ChangeCase),
		get("/d/:token", web.DepartmentToken, h.phone.ShowDepartment),
		get("/d/:token/:invitation", web.DepartmentToken, h.phone.ShowRating),
		post("/d/:token/:invitation", web.DepartmentToken, h.phone.SaveRating),
		get("/static/*", web.Public, h.assets.show),

		// respondents
		post("/api/v1/respond/session", web.Public, h.api.OpenRespondentSession),
		post("/api/v1/respond/feedback", web.RespondentToken, h.api.SubmitFeedback),
		get("/api/v1/respond/feedback", web.RespondentToken, h.api.OwnFeedback),
		patch("/api/v1/respond/feedback", web.RespondentToken, h.api.CorrectFeedback),
		remove("/api/v1/respond/feedback", web.RespondentToken, h.api.WithdrawFeedback),
		post("/api/v1/respond/employer", web.RespondentToken, h.api.FillForEmployer),
		remove("/api/v1/respond/data", web.RespondentToken, h.api.EraseMine),
		post("/api/v1/respond/files", web.RespondentToken, h.api.AddComplaintFile).Body(4 * photo.MaxBytes).Stream().Timeout(time.Minute),
		post("/api/v1/respond/complaints", web.RespondentToken, h.api.FileComplaint),
		get("/api/v1/cases/:case_no", web.Public, h.api.FollowCase),
		post("/api/v1/cases/:case_no/rating", web.Public, h.api.RateCase),
		post("/api/v1/cases/:case_no/supplements", web.Public, h.api.SupplementCase),
		post("/api/v1/cases/:case_no/withdraw", web.Public, h.api.WithdrawCase),
		post("/api/v1/cases/:case_no/review", web.Public, h.api.ReviewCase),

		// the regulator's desk
		get("/api/v1/alerts", web.Roles(province, city), h.api.ListAlerts),
		post("/api/v1/alerts/:alert/acknowledge", web.Roles(province, city), h.api.AcknowledgeAlert),
		get("/api/v1/complaints", web.Roles(province, city), h.api.ListComplaints),
		get("/api/v1/complaints/:id", web.Roles(province, city), h.api.ReadComplaint),
		get("/api/v1/complaints/:id/files/:n", web.Roles(province, city), h.api.ShowComplaintFile),
		get("/api/v1/complaints/:id/asks/:ask/files/:n", web.Roles(province, city), h.api.ShowReplyFile),
		post("/api/v1/complaints/:id/transitions", web.Roles(province, city), h.api.TransitComplaint),
		post("/api/v1/complaints/:id/identity", web.Roles(province, city), h.api.OpenIdentity),
		get("/api/v1/complaint-statistics", web.Roles(province, city, alliance), h.api.ComplaintStats).Timeout(time.Minute),
		get("/api/v1/asks", web.Roles(operator), h.api.ListAsks),
		get("/api/v1/asks/:ask", web.Roles(operator), h.api.ShowAsk),
		post("/api/v1/asks/:ask/reply", web.Roles(operator), h.api.ReplyToAsk).Body(4 * photo.MaxBytes).Stream().Timeout(2 * time.Minute),
		get("/api/v1/notices", web.Roles(province, city, operator), h.api.ListNotices),
		post("/api/v1/notices/seen", web.Roles(province, city), h.api.SeenNotice),

		// supervision: policies, cases, the directory of recognising enterprises, and what everybody may see of them
		get("/api/v1/policies", web.Roles(province, city, alliance, operator), h.api.ListPolicies),
		post("/api/v1/policies", web.Roles(province), h.api.DraftPolicy),
		get("/api/v1/policies/:policy", web.Roles(province, city, alliance, operator), h.api.ShowPolicy),
		put("/api/v1/policies/:policy", web.Roles(province), h.api.EditPolicy),
		remove("/api/v1/policies/:policy", web.Roles(province), h.api.DiscardDraft),
		post("/api/v1/policies/:policy/transitions", web.Roles(province), h.api.MovePolicy),
		get("/api/v1/policies/:policy/preview", web.Roles(province, city), h.api.PreviewPolicy).Timeout(time.Minute),
		get("/api/v1/measures", web.Roles(province, city, operator), h.api.ListMeasures),
		post("/api/v1/measures", web.Roles(province, city, operator), h.api.ProposeMeasure),
		get("/api/v1/measures/:measure", web.Roles(province, city, operator), h.api.ShowMeasure),
		post("/api/v1/measures/:measure/papers", web.Roles(operator), h.api.SubmitPapers).Body(4 * photo.MaxBytes).Stream().Timeout(2 * time.Minute),
		get("/api/v1/measures/:measure/papers/:of/:n", web.Roles(province, city), h.api.ShowPaper),
		post("/api/v1/measures/:measure/transitions", web.Roles(province, city, operator), h.api.MoveMeasure),
		get("/api/v1/directory", web.Roles(province, city, alliance, operator), h.api.ListDirectory),
		post("/api/v1/directory", web.Roles(province, city, operator), h.api.ProposeDirectoryEntry),
		get("/api/v1/directory/:entry", web.Roles(province, city, alliance, operator), h.api.ShowDirectoryEntry),
		post("/api/v1/directory/:entry/transitions", web.Roles(province, city, operator), h.api.MoveDirectoryEntry),
		get("/api/v1/webhooks", web.Roles(province), h.api.ListWebhooks),
		post("/api/v1/webhooks", web.Roles(province), h.api.CreateWebhook),
		get("/api/v1/webhooks/:webhook", web.Roles(province), h.api.ShowWebhook),
		patch("/api/v1/webhooks/:webhook", web.Roles(province), h.api.UpdateWebhook),
		remove("/api/v1/webhooks/:webhook", web.Roles(province), h.api.DeleteWebhook),
		post("/api/v1/webhooks/:webhook/secret", web.Roles(province), h.api.RotateWebhookSecret),
		post("/api/v1/webhooks/:webhook/test", web.Roles(province), h.api.TestWebhook),
		get("/api/v1/webhooks/:webhook/deliveries", web.Roles(province), h.api.ListWebhookDeliveries),
		post("/api/v1/webhooks/:webhook/deliveries/:delivery/redeliver", web.Roles(province), h.api.RedeliverWebhook),
		get("/api/v1/public/exits", web.Public, h.api.ListExits),
		get("/api/v1/public/directory", web.Public, h.api.ListPublicDirectory),

		// the desk in a browser
		get("/console/login", web.Public, h.console.ShowLogin),
		post("/console/login", web.Public, h.console.Login),
		post("/console/logout", web.Any, h.console.Logout),
		get("/console/security", web.Any, h.console.ShowSecurity),
		post("/console/security", web.Any, h.console.ChangeSecurity),
		get("/console/clients", web.Roles(province), h.console.Settled(h.console.ListClients)),
		post("/console/clients", web.Roles(province), h.console.Settled(h.console.ChangeClients)),
		get("/console/password", web.Any, h.console.ShowPassword),
		post("/console/password", web.Any, h.console.ChangePassword),
		get("/console", web.Any, h.console.Settled(h.console.Home)),
		get("/console/roster", web.Roles(operator), h.console.Settled(h.console.ShowRoster)),
		post("/console/roster", web.Roles(operator), h.console.Settled(h.console.UploadRoster)).Body(32 << 20).Timeout(10 * time.Minute),
		get("/console/roster/imports/:import", web.Roles(operator), h.console.Settled(h.console.ShowImport)),
		get("/console/claims/new", web.Roles(operator), h.console.Settled(h.console.ShowClaim)),
		post("/console/claims/new", web.Roles(operator), h.console.Settled(h.console.PostClaim)).Body(8 << 20).Timeout(2 * time.Minute),
		get("/console/batches", web.Roles(province, city, operator), h.console.Settled(h.console.ListBatches)),
		get("/console/batches/:batch", web.Roles(province, city, operator), h.console.Settled(h.console.ShowBatch)),
		post("/console/batches/:batch", web.Roles(province, city, operator), h.console.Settled(h.console.SteerBatch)).Timeout(time.Minute),
		get("/console/batches/:batch/people", web.Roles(province, city, operator), h.console.Settled(h.console.ShowPeople)),
		post("/console/batches/:batch/people", web.Roles(operator), h.console.Settled(h.console.CorrectPhone)),
		get("/console/batches/:batch/poster/:kind", web.Roles(province, city, operator), h.console.Settled(h.console.ShowPoster)),
		get("/console/batches/:batch/sheet", web.Roles(province, city, operator), h.console.Settled(h.console.ShowSheet)),
		get("/console/batches/:batch/ratings", web.Roles(province, city, operator), h.console.Settled(h.console.ShowRatings)),
		post("/console/batches/:batch/ratings", web.Roles(operator), h.console.Settled(h.console.PostRatings)).Body(16 << 20).Timeout(5 * time.Minute),
		get("/console/batches/:batch/ratings/heads", web.Roles(operator), h.console.Settled(h.console.ShowHeads)),
		get("/console/schedule", web.Roles(operator), h.console.Settled(h.console.ShowSchedule)),
		post("/console/schedule", web.Roles(operator), h.console.Settled(h.console.PostSchedule)),
		get("/console/prices", web.Roles(operator), h.console.Settled(h.console.ShowPrices)),
		post("/console/prices", web.Roles(operator), h.console.Settled(h.console.PostPrices)).Body(16 << 20).Timeout(time.Minute),
		get("/console/figures/sheet", web.Roles(alliance, operator), h.console.Settled(h.console.ShowFigureSheet)),
		post("/console/figures/sheet", web.Roles(alliance, operator), h.console.Settled(h.console.PostFigureSheet)).Body(16 << 20).Timeout(5 * time.Minute),
		get("/console/alerts", web.Roles(province, city), h.console.Settled(h.console.ShowAlerts)),
		post("/console/alerts", web.Roles(province, city), h.console.Settled(h.console.PostAlert)),
		get("/console/figures", web.Roles(operator), h.console.Settled(h.console.ShowFigures)),
		post("/console/figures", web.Roles(operator), h.console.Settled(h.console.Declare)),
		get("/console/indicators", web.Roles(operator), h.console.Settled(h.console.ShowOwnIndicators)),
		get("/console/indicators/:id", web.Roles(operator), h.console.Settled(h.console.ShowOwnIndicator)),
		get("/console/orgs", web.Roles(province, city, alliance), h.console.Settled(h.console.ListOrgs)),
		get("/console/orgs/new", web.Roles(province, city), h.console.Settled(h.console.ShowNewOrg)),
		post("/console/orgs/new", web.Roles(province, city), h.console.Settled(h.console.CreateOrg)),
		get("/console/orgs/:org", web.Roles(province, city, alliance), h.console.Settled(h.console.ShowOrg)),
		get("/console/orgs/:org/edit", web.Roles(province, city), h.console.Settled(h.console.ShowEditOrg)),
		post("/console/orgs/:org/edit", web.Roles(province, city), h.console.Settled(h.console.UpdateOrg)),
		post("/console/orgs/:org/accounts", web.Roles(province, city), h.console.Settled(h.console.CreateAccount)),
		post("/console/orgs/:org/accounts/:account", web.Roles(province, city), h.console.Settled(h.console.UpdateAccount)),
		get("/console/accounts", web.Roles(province, city), h.console.Settled(h.console.ListAccounts)),
		post("/console/accounts", web.Roles(province), h.console.Settled(h.console.CreateOfficial)),
		post("/console/accounts/:account", web.Roles(province, city), h.console.Settled(h.console.ChangeOfficial)),
		get("/console/orgs/:org/indicators", web.Roles(province, city, alliance), h.console.Settled(h.console.ShowOrgIndicators)),
		get("/console/orgs/:org/indicators/:id", web.Roles(province, city, alliance), h.console.Settled(h.console.ShowOrgIndicator)),
		get("/console/reports", web.Roles(province, city, operator), h.console.Settled(h.console.ListReports)),
		post("/console/reports", web.Roles(province, city), h.console.Settled(h.console.MakeReport)),
		get("/console/reports/:report", web.Roles(province, city, operator), h.console.Settled(h.console.ShowReport)),
		post("/console/reports/:report/verify", web.Roles(province, city), h.console.Settled(h.console.VerifyReport)),
		get("/console/overview", web.Roles(province, city), h.console.Settled(h.console.ShowOverview)).Timeout(time.Minute),
		get("/console/regions", web.Roles(province, city, alliance), h.console.Settled(h.console.Compare)).Timeout(time.Minute),
		get("/console/regions.csv", web.Roles(province, city, alliance), h.console.Settled(h.console.ExportCompare)).Timeout(time.Minute),
		get("/console/regions.xlsx", web.Roles(province, city, alliance), h.console.Settled(h.console.ExportCompare)).Timeout(time.Minute),
		get("/console/regions/:region", web.Roles(province, city), h.console.Settled(h.console.ShowRegionIndicators)).Timeout(time.Minute),
		get("/console/calendar", web.Roles(province, city), h.console.Settled(h.console.ShowCalendar)),
		post("/console/calendar", web.Roles(province), h.console.Settled(h.console.ImportCalendar)),
		get("/console/questionnaires", web.Roles(province, city), h.console.Settled(h.console.ListQuestionnaires)),
		get("/console/questionnaires/:code/draft", web.Roles(province), h.console.Settled(h.console.ShowDraft)),
		post("/console/questionnaires/:code/draft", web.Roles(province), h.console.Settled(h.console.PostDraft)),
		get("/console/questionnaires/:code/:version", web.Roles(province, city), h.console.Settled(h.console.ShowQuestionnaire)),
		get("/console/questionnaires/:code/:version/phone", web.Roles(province, city), h.console.Settled(h.console.PreviewQuestionnaire)),
		get("/console/templates", web.Roles(province, city), h.console.Settled(h.console.ShowTemplates)),
		post("/console/templates", web.Roles(province, city), h.console.Settled(h.console.CountTemplate)),
		get("/exits", web.Public, h.console.ShowExits),
		get("/directory", web.Public, h.console.ShowDirectory),
		get("/console/measures", web.Roles(province, city, operator), h.console.Settled(h.console.ListMeasures)),
		get("/console/measures/new", web.Roles(province, city, operator), h.console.Settled(h.console.ShowNewMeasure)),
		post("/console/measures/new", web.Roles(province, city, operator), h.console.Settled(h.console.CreateMeasure)),
		get("/console/measures/:measure", web.Roles(province, city, operator), h.console.Settled(h.console.ShowMeasure)),
		post("/console/measures/:measure", web.Roles(province, city, operator), h.console.Settled(h.console.StepMeasure)).Body(4 * photo.MaxBytes).Timeout(2 * time.Minute),
		get("/console/policies", web.Roles(province, city, operator), h.console.Settled(h.console.ListPolicies)),
		get("/console/policies/new", web.Roles(province), h.console.Settled(h.console.ShowPolicyForm)),
		post("/console/policies/new", web.Roles(province), h.console.Settled(h.console.SavePolicy)),
		get("/console/policies/:policy", web.Roles(province, city, operator), h.console.Settled(h.console.ShowPolicy)).Timeout(time.Minute),
		post("/console/policies/:policy", web.Roles(province), h.console.Settled(h.console.MovePolicy)),
		get("/console/policies/:policy/edit", web.Roles(province), h.console.Settled(h.console.ShowPolicyForm)),
		post("/console/policies/:policy/edit", web.Roles(province), h.console.Settled(h.console.SavePolicy)),
		get("/console/directory", web.Roles(province, city, operator), h.console.Settled(h.console.ListDirectory)),
		post("/console/directory", web.Roles(province, city, operator), h.console.Settled(h.console.CreateDirectoryEntry)),
		post("/console/directory/:entry", web.Roles(province, city, operator), h.console.Settled(h.console.StepDirectoryEntry)),
		get("/console/webhooks", web.Roles(province), h.console.Settled(h.console.ListWebhooks)),
		post("/console/webhooks", web.Roles(province), h.console.Settled(h.console.CreateWebhook)),
		get("/console/webhooks/:webhook", web.Roles(province), h.console.Settled(h.console.ShowWebhook)),
		post("/console/webhooks/:webhook", web.Roles(province), h.console.Settled(h.console.SteerWebhook)),
		get("/console/audit", web.Roles(province, city), h.console.Settled(h.console.ShowAudit)),
		get("/console/sending", web.Roles(province, city), h.console.Settled(h.console.ShowSending)),
		post("/console/sending", web.Roles(province, city), h.console.Settled(h.console.ResumeSending)),
		get("/console/complaints", web.Roles(province, city), h.console.Settled(h.console.ListComplaints)),
		get("/console/complaints/statistics", web.Roles(province, city, alliance), h.console.Settled(h.console.ComplaintStats)).Timeout(time.Minute),
		post("/console/complaints/:id/identity", web.Roles(province, city), h.console.Settled(h.console.OpenIdentity)),
		post("/console/notices/seen", web.Roles(province, city), h.console.Settled(h.console.SeenNotice)),
		get("/console/asks", web.Roles(operator), h.console.Settled(h.console.ListAsks)),
		get("/console/asks/:ask", web.Roles(operator), h.console.Settled(h.console.ShowAsk)),
		post("/console/asks/:ask", web.Roles(operator), h.console.Settled(h.console.ReplyToAsk)).Body(4 * photo.MaxBytes).Timeout(2 * time.Minute),
		get("/console/complaints/:id", web.Roles(province, city), h.console.Settled(h.console.ShowComplaint)),
		post("/console/complaints/:id", web.Roles(province, city), h.console.Settled(h.console.StepComplaint)),
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

func put(path string, g web.Guard, h fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodPut, Path: path, Guard: g, Handler: h}
}

func remove(path string, g web.Guard, h fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodDelete, Path: path, Guard: g, Handler: h}
}
