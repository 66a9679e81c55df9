package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// statusError is an error with a status that no kind of failure has: it is about HTTP, not about what Huisheng does.
type statusError struct {
	status int
	err    *models.Error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// The errors of the frame itself.
var (
	errNoRoute         = models.NewError(models.KindNotFound, "no_such_address", "没有这个地址。", "There is nothing at this address.")
	errEncoding        = models.NewError(models.KindInvalid, "invalid_encoding", "地址里的文字不是有效的 UTF-8。", "The address is not valid UTF-8.")
	errCutOff          = models.NewError(models.KindInvalid, "body_incomplete", "内容没有传完整，请重新提交。", "The body did not arrive completely; please send it again.")
	errMalformed       = models.NewError(models.KindInvalid, "malformed_request", "请求的格式不对。", "The request is malformed.")
	errMethod          = models.NewError(models.KindInvalid, "method_not_allowed", "这个地址不支持这种操作。", "This address does not take this method.")
	errBodyLarge       = models.NewError(models.KindTooLarge, "body_too_large", "内容太大了，请减小后再提交。", "The body is too large.")
	errHeaders         = models.NewError(models.KindTooLarge, "headers_too_large", "请求头太大了。", "The request's header fields are too large.")
	errTimeout         = models.NewError(models.KindInvalid, "request_timeout", "上传太慢，已超时，请重新提交。", "The request took too long to arrive; please send it again.")
	errMedia           = models.NewError(models.KindInvalid, "unsupported_media_type", "请用 application/json 提交（UTF-8，不压缩）。", "Send application/json in UTF-8, not compressed.")
	errForgery         = models.NewError(models.KindForbidden, "csrf", "页面已过期，请刷新后再试。", "The page is out of date; reload it and try again.")
	errHTTP            = models.NewError(models.KindInvalid, "http_error", "请求没有被接受。", "The request was not accepted.")
	errInternal        = models.NewError(models.KindInternal, "internal", "服务出错了，请稍后再试。如果一直这样，请把编号告诉我们。", "Something went wrong on our side; please try again, and tell us the number if it stays.")
	errSlow      error = &statusError{fiber.StatusRequestTimeout, errTimeout}
)

func errTooLarge(limit int) error { return errBodyLarge.With("limit", limit) }

// statusOf is the one place where kinds become statuses.
func statusOf(k models.Kind) int {
	switch k {
	case models.KindInvalid:
		return fiber.StatusBadRequest
	case models.KindUnauthenticated:
		return fiber.StatusUnauthorized
	case models.KindForbidden:
		return fiber.StatusForbidden
	case models.KindNotFound:
		return fiber.StatusNotFound
	case models.KindConflict:
		return fiber.StatusConflict
	case models.KindGone:
		return fiber.StatusGone
	case models.KindTooMany:
		return fiber.StatusTooManyRequests
	case models.KindTooLarge:
		return fiber.StatusRequestEntityTooLarge
	case models.KindUnavailable:
		return fiber.StatusServiceUnavailable
	case models.KindUnsupported:
		return fiber.StatusUnsupportedMediaType
	}
	return fiber.StatusInternalServerError
}

// fromFiber translates what Fiber and fasthttp refuse by themselves.
func fromFiber(e *fiber.Error) (int, *models.Error) {
	switch e.Code {
	case fiber.StatusNotFound:
		return e.Code, errNoRoute
	case fiber.StatusMethodNotAllowed, fiber.StatusNotImplemented:
		return e.Code, errMethod
	case fiber.StatusRequestEntityTooLarge:
		return e.Code, errBodyLarge
	case fiber.StatusRequestTimeout:
		return e.Code, errTimeout
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return e.Code, errHeaders
	case fiber.StatusUnsupportedMediaType:
		return e.Code, errMedia
	case fiber.StatusBadRequest, fiber.StatusBadGateway: // Fiber's word for a client whose connection broke while its request was read
		return fiber.StatusBadRequest, errMalformed
	}
	if e.Code < fiber.StatusInternalServerError {
		return e.Code, errHTTP
	}
	return fiber.StatusInternalServerError, errInternal
}

func classify(err error) (int, *models.Error) {
	var status *statusError
	var ours *models.Error
	var theirs *fiber.Error
	switch {
	case errors.As(err, &status):
		return status.status, status.err
	case errors.As(err, &ours) && ours.Kind != models.KindInternal:
		return statusOf(ours.Kind), ours
	case errors.As(err, &theirs):
		return fromFiber(theirs)
	case errors.Is(err, context.DeadlineExceeded):
		return fiber.StatusServiceUnavailable, models.ErrUnavailable.Because(err)
	}
	return fiber.StatusInternalServerError, errInternal.Because(err)
}

// fail answers with an error: a problem document (RFC 9457), or a page for a person's browser. Nobody but the log gets to see the cause.
func (f *Frame) fail(c *fiber.Ctx, err error) error {
	st := stateOf(c)
	status, e := classify(err)
	level := slog.LevelDebug
	switch {
	case status == fiber.StatusServiceUnavailable:
		level = slog.LevelWarn
	case e.Kind == models.KindInternal:
		level = slog.LevelError
	}
	cause := err.Error()
	if errors.As(err, new(*fiber.Error)) {
		cause = e.Error() // Fiber's and fasthttp's texts quote addresses and headers, and with them tokens
	}
	f.o.Log.Log(c.UserContext(), level, "request failed", "request_id", st.id, "route", st.pattern, "status", status, "code", e.Code, "error", cause)

	c.Response().ResetBody()
	c.Status(status)
	f.setHeaders(c) // a handler may have allowed caching before it failed
	c.Set(fiber.HeaderXRequestID, st.id)
	if s, ok := e.Extra["retry_after"]; ok {
		c.Set(fiber.HeaderRetryAfter, fmt.Sprint(s))
	} else if status == fiber.StatusServiceUnavailable {
		c.Set(fiber.HeaderRetryAfter, "2")
	}
	if status == fiber.StatusUnauthorized && !wantsPage(c) {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	c.Vary(fiber.HeaderAcceptLanguage)
	if wantsPage(c) {
		return f.failPage(c, status, e)
	}
	return writeProblem(c, st, status, e)
}

// wantsPage says whether a person is looking: not an API path, and the client takes HTML.
func wantsPage(c *fiber.Ctx) bool {
	return !strings.HasPrefix(c.Path(), "/api/") && strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML)
}

func (f *Frame) failPage(c *fiber.Ctx, status int, e *models.Error) error {
	if f.o.PageError != nil {
		err := f.o.PageError(c, status, e)
		if err == nil {
			return nil
		}
		f.o.Log.Error("error page failed", "request_id", stateOf(c).id, "error", err.Error())
		c.Response().ResetBody()
		c.Status(status)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.SendString(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>` +
		strconv.Itoa(status) + `</title><p>` + text(c, e)) // our own fixed texts: nothing to escape
}

func text(c *fiber.Ctx, e *models.Error) string {
	if Lang(c) == "en" && e.English != "" {
		return e.English
	}
	return e.Message
}

func writeProblem(c *fiber.Ctx, st *state, status int, e *models.Error) error {
	doc := make(map[string]any, 8+len(e.Extra))
	for k, v := range e.Extra {
		doc[k] = v
	}
	doc["type"] = "about:blank"
	doc["title"] = title(c, status)
	doc["status"] = status
	doc["detail"] = text(c, e)
	doc["code"] = e.Code
	doc["instance"] = st.id
	if len(e.Fields) > 0 {
		fields := make([]models.FieldError, len(e.Fields))
		for i, f := range e.Fields {
			f.Message = f.In(Lang(c))
			fields[i] = f
		}
		doc["errors"] = fields
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encode problem: %w", err)
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	c.Set(fiber.HeaderContentLanguage, Lang(c))
	return c.Send(raw)
}

// title is the status in words: with the type about:blank it says no more than the status does.
func title(c *fiber.Ctx, status int) string {
	chinese := map[int]string{
		fiber.StatusBadRequest: "请求有误", fiber.StatusUnauthorized: "需要登录", fiber.StatusForbidden: "没有权限", fiber.StatusNotFound: "没有找到",
		fiber.StatusMethodNotAllowed: "不支持的操作", fiber.StatusRequestTimeout: "请求超时", fiber.StatusConflict: "有冲突", fiber.StatusGone: "已经失效",
		fiber.StatusRequestEntityTooLarge: "内容太大", fiber.StatusRequestHeaderFieldsTooLarge: "内容太大", fiber.StatusUnsupportedMediaType: "不支持的格式",
		fiber.StatusTooManyRequests: "操作太频繁", fiber.StatusServiceUnavailable: "暂时不可用", fiber.StatusInternalServerError: "服务出错",
	}
	if t := chinese[status]; t != "" && Lang(c) == "zh" {
		return t
	}
	return http.StatusText(status)
}
