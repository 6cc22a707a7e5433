/**
 * A help desk of the test's own behind the front door: user-service's answers, with a state that
 * the requests change. The same stands behind component tests (msw) and screenshots (Playwright).
 */
import { HttpResponse, http, type RequestHandler } from "msw";
import type { Department, Person } from "../api/people.ts";
import { departments, people } from "./organisation.ts";

export const PASSWORD = "correct horse";
export const CODE = "123456";
const PAGE = 100;
const ALLAUTH = "*/api/accounts/auth/browser/v1";

export interface Desk {
    /** Whose session the browser's cookie is; null: nobody's. */
    signedIn: number | null;
    /** Who has given the password, and not yet the code. */
    halfway: number | null;
    /** Whether the password counts as given just now. */
    confirmed: boolean;
    /** Who signs in with a second factor. */
    protected: Set<number>;
    people: Person[];
    departments: Department[];
    /** Path -> status, for what is out of order. */
    away: Map<string, number>;
}

export function createDesk(change: Partial<Desk> = {}): Desk {
    return {
        signedIn: null,
        halfway: null,
        confirmed: true,
        protected: new Set(),
        people: people(60),
        departments: departments(),
        away: new Map(),
        ...change,
    };
}

export function handlers(desk: Desk): RequestHandler[] {
    return [
        http.all("*", ({ request }) => {
            const status = desk.away.get(new URL(request.url).pathname);
            return status === undefined ? undefined : problem(status);
        }),
        ...signingIn(desk),
        ...ownAccount(desk),
        ...directory(desk),
        http.get("*/health/:service", ({ params }) => HttpResponse.json(healthOf(params.service))),
    ];
}

function signingIn(desk: Desk): RequestHandler[] {
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

function ownAccount(desk: Desk): RequestHandler[] {
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

function directory(desk: Desk): RequestHandler[] {
    return [
        http.get("*/api/people/", ({ request }) =>
            desk.signedIn === null ? problem(401) : listed(desk, new URL(request.url)),
        ),
        http.get("*/api/departments/", () =>
            desk.signedIn === null
                ? problem(401)
                : HttpResponse.json({ next: null, results: desk.departments }),
        ),
        http.post<never, Department>("*/api/departments/", async ({ request }) => {
            const made = { ...(await request.json()), id: desk.departments.length + 1, version: 1 };
            desk.departments.push(made);
            return HttpResponse.json(made, { status: 201 });
        }),
        http.get("*/api/people/:id/", ({ params }) =>
            desk.signedIn === null ? problem(401) : one(desk.people, whose(desk, params.id)),
        ),
        http.patch<{ id: string }, object>("*/api/people/:id/", async ({ params, request }) =>
            desk.signedIn === null
                ? problem(401)
                : changed(desk.people, whose(desk, params.id), request),
        ),
        http.post<{ id: string; move: string }>(
            "*/api/people/:id/:move/",
            async ({ params, request }) =>
                desk.signedIn === null
                    ? problem(401)
                    : changed(desk.people, params.id, request, {
                          is_active: params.move === "reactivate",
                      }),
        ),
        http.patch<{ id: string }, object>("*/api/departments/:id/", async ({ params, request }) =>
            changed(desk.departments, params.id, request),
        ),
    ];
}

function listed(desk: Desk, { searchParams }: URL) {
    const words = searchParams.get("search")?.toLowerCase() ?? "";
    const begin = Number(searchParams.get("cursor") ?? 0);
    const found = desk.people.filter(
        (each) =>
            `${each.name} ${each.employee_code} ${each.email}`.toLowerCase().includes(words) &&
            (searchParams.get("role") ?? each.role) === each.role &&
            (searchParams.get("is_active") ?? String(each.is_active)) === String(each.is_active) &&
            each.departments.includes(
                Number(searchParams.get("department") ?? each.departments[0]),
            ),
    );
    searchParams.set("cursor", String(begin + PAGE));
    const next =
        begin + PAGE < found.length ? `http://desk.example/api/people/?${searchParams}` : null;
    return HttpResponse.json({ next, results: found.slice(begin, begin + PAGE) });
}

type Known = { readonly id: number; readonly version: number };

function whose(desk: Desk, id: unknown): string {
    return id === "me" ? String(desk.signedIn) : String(id);
}

function one(all: readonly Known[], id: unknown) {
    const found = all.find((each) => String(each.id) === id);
    return found ? HttpResponse.json(found) : problem(404);
}

async function changed<T extends Known>(all: T[], id: string, request: Request, move: object = {}) {
    const at = all.findIndex((each) => String(each.id) === id);
    const former = all[at];
    if (!former) {
        return problem(404);
    }
    if (request.headers.get("If-Match") !== `"${former.version}"`) {
        return problem(request.headers.has("If-Match") ? 412 : 428);
    }
    const change = (await request.json()) as Partial<T> & { email?: string };
    if (change.email !== undefined && !change.email.includes("@")) {
        return problem(400, { email: ["Enter a valid email address."] });
    }
    const next = { ...former, ...change, ...move, version: former.version + 1 };
    all[at] = next;
    return HttpResponse.json(next);
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

function problem(status: number, errors: Record<string, string[]> = {}) {
    return HttpResponse.json(
        { type: "about:blank", title: "Problem", status, detail: `Problem ${status}.`, errors },
        {
            status,
            headers: {
                "Content-Type": "application/problem+json",
                "X-Request-ID": "4f0c2a9be1d84d0c",
            },
        },
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

function healthOf(service: unknown) {
    const up = { status: "up", latency_ms: 1.4 };
    return { service, status: "ready", dependencies: { database: up, cache: up } };
}
