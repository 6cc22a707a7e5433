/** What django-allauth answers, of the desk's people. */
import { HttpResponse, http, type RequestHandler } from "msw";
import { CODE, type Desk, PASSWORD } from "./desk.ts";

const ALLAUTH = "*/api/accounts/auth/browser/v1";

export function signingIn(desk: Desk): RequestHandler[] {
    return [
        http.get(`${ALLAUTH}/config`, () => {
            return HttpResponse.json({ status: 200, data: {} });
        }),
        http.get(`${ALLAUTH}/auth/session`, () => standing(desk)),
        http.delete(`${ALLAUTH}/auth/session`, () => {
            desk.signedIn = null;
            desk.halfway = null;
            return standing(desk);
        }),
        http.post<never, Record<string, string>>(`${ALLAUTH}/auth/login`, async ({ request }) => {
            const typed = await request.json();
            const found = desk.people.find(
                (each) =>
                    each.employee_code.toLowerCase() === typed.username?.toLowerCase() ||
                    each.email === typed.email,
            );
            if (!found || typed.password !== PASSWORD) {
                return refused("username_password_mismatch", "password");
            }
            if (desk.protected.has(found.id)) {
                desk.halfway = found.id;
            } else {
                desk.signedIn = found.id;
            }
            return standing(desk);
        }),
        http.post<never, { code: string }>(
            `${ALLAUTH}/auth/2fa/authenticate`,
            async ({ request }) => {
                if ((await request.json()).code !== CODE) {
                    return refused("incorrect_code", "code");
                }
                desk.signedIn = desk.halfway;
                desk.halfway = null;
                return standing(desk);
            },
        ),
        http.post(`${ALLAUTH}/auth/password/request`, () => HttpResponse.json({ status: 200 })),
        http.post<never, { key: string }>(`${ALLAUTH}/auth/password/reset`, async ({ request }) =>
            (await request.json()).key === "good"
                ? standing(desk)
                : refused("invalid_password_reset", "key"),
        ),
        http.post<never, { password: string }>(
            `${ALLAUTH}/auth/reauthenticate`,
            async ({ request }) => {
                if ((await request.json()).password !== PASSWORD) {
                    return refused("incorrect_password", "password");
                }
                desk.confirmed = true;
                return standing(desk);
            },
        ),
    ];
}

export function ownAccount(desk: Desk): RequestHandler[] {
    const totp = `${ALLAUTH}/account/authenticators/totp`;
    return [
        http.get(`${ALLAUTH}/account/authenticators`, () =>
            HttpResponse.json({ status: 200, data: factorsOf(desk) }),
        ),
        http.get(totp, () => {
            if (!desk.confirmed) {
                return again();
            }
            const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
            const totp_url = `otpauth://totp/HDMS:E-1001?secret=${secret}&issuer=HDMS`;
            return HttpResponse.json({ status: 404, meta: { secret, totp_url } }, { status: 404 });
        }),
        http.post<never, { code: string }>(totp, async ({ request }) => {
            if ((await request.json()).code !== CODE) {
                return refused("incorrect_code", "code");
            }
            desk.protected.add(desk.signedIn ?? 0);
            return HttpResponse.json({ status: 200, data: factorsOf(desk)[0] });
        }),
        http.delete(totp, () => {
            desk.protected.delete(desk.signedIn ?? 0);
            return HttpResponse.json({ status: 200 });
        }),
        http.post(`${ALLAUTH}/account/authenticators/recovery-codes`, () =>
            HttpResponse.json({
                status: 200,
                data: {
                    type: "recovery_codes",
                    unused_codes: ["1a2b3c4d", "5e6f7a8b", "9c0d1e2f"],
                },
            }),
        ),
        http.post<never, Record<string, string>>(
            `${ALLAUTH}/account/password/change`,
            async ({ request }) =>
                (await request.json()).current_password === PASSWORD
                    ? HttpResponse.json({ status: 200 })
                    : refused("enter_current_password", "current_password"),
        ),
        http.get(`${ALLAUTH}/auth/sessions`, () =>
            HttpResponse.json({ status: 200, data: sessions() }),
        ),
        http.delete(`${ALLAUTH}/auth/sessions`, () =>
            HttpResponse.json({ status: 200, data: sessions().slice(0, 1) }),
        ),
    ];
}

function standing(desk: Desk) {
    const found = desk.people.find(({ id }) => id === desk.signedIn);
    if (found) {
        const user = { id: found.id, display: found.name, email: found.email };
        return HttpResponse.json({
            status: 200,
            data: { user, methods: [] },
            meta: { is_authenticated: true },
        });
    }
    const flows =
        desk.halfway === null
            ? [{ id: "login" }]
            : [{ id: "login" }, { id: "mfa_authenticate", is_pending: true }];
    return HttpResponse.json(
        { status: 401, data: { flows }, meta: { is_authenticated: false } },
        { status: 401 },
    );
}

function again() {
    const flows = [{ id: "reauthenticate" }];
    return HttpResponse.json(
        { status: 401, data: { flows }, meta: { is_authenticated: true } },
        { status: 401 },
    );
}

function refused(code: string, param: string) {
    return HttpResponse.json(
        { status: 400, errors: [{ code, param, message: code }] },
        { status: 400 },
    );
}

function factorsOf(desk: Desk) {
    return desk.protected.has(desk.signedIn ?? 0)
        ? [
              { type: "totp", created_at: 1_700_000_000, last_used_at: null },
              {
                  type: "recovery_codes",
                  created_at: 1_700_000_000,
                  last_used_at: null,
                  unused_code_count: 9,
              },
          ]
        : [];
}

function sessions() {
    const now = Date.now() / 1000;
    const windows =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0 Safari/537.36 Edg/156.0";
    const phone = "Mozilla/5.0 (Linux; Android 16; Pixel) Chrome/156.0 Mobile Safari/537.36";
    return [
        { id: 1, user_agent: windows, ip: "192.0.2.7", created_at: now - 60, is_current: true },
        { id: 2, user_agent: phone, ip: "192.0.2.90", created_at: now - 7200, is_current: false },
        {
            id: 3,
            user_agent: "",
            ip: "2001:db8::7",
            created_at: now - 2_000_000,
            is_current: false,
        },
    ];
}
