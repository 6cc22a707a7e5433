/**
 * Signing in and out: every flow of django-allauth's headless API that this application uses.
 * Source: allauth/headless/spec of version 65.21, browser client. A 401 there is often no refusal
 * but the next step, or a success after which nobody is signed in: `data.flows` tells.
 */
import { queryOptions } from "@tanstack/react-query";
import { Problem, problemOf, type Request, send } from "./client.ts";

const ROOT = "/api/accounts/auth/browser/v1";

export interface SignedIn {
    readonly state: "in";
    readonly id: number | string;
    readonly display: string;
    readonly email: string | null;
}
/** Where signing in has got to. */
export type Standing = SignedIn | { readonly state: "second-factor" } | { readonly state: "out" };

export interface Factor {
    readonly type: "totp" | "recovery_codes" | "webauthn";
    readonly created_at: number;
    readonly last_used_at: number | null;
    readonly unused_code_count?: number;
}

export interface Device {
    readonly id: number;
    readonly user_agent: string;
    readonly ip: string;
    readonly created_at: number;
    readonly last_seen_at?: number;
    readonly is_current: boolean;
}

/** The secret to put into an authenticator app: as text, and as the address of its QR code. */
export interface Enrolment {
    readonly secret: string;
    readonly totp_url: string;
}

/** What was typed is refused; `code` is allauth's, `param` the field. */
export class Refused extends Error {
    override readonly name = "Refused";
    constructor(readonly faults: readonly { code: string; param?: string; message: string }[]) {
        super(faults.map((fault) => fault.message).join(" "));
    }

    has(code: string): boolean {
        return this.faults.some((fault) => fault.code === code);
    }

    on(field: string): string | undefined {
        return this.faults.find((fault) => fault.param === field)?.message;
    }
}

/** Something that asks for the password again, however short ago it was given. */
export class ConfirmationNeeded extends Error {
    override readonly name = "ConfirmationNeeded";
}

interface Told {
    readonly status: number;
    readonly data?: {
        readonly user?: { id: number | string; display: string; email?: string };
        readonly flows?: readonly { id: string; is_pending?: boolean }[];
    };
    readonly meta?: { readonly is_authenticated?: boolean } & Partial<Enrolment>;
    readonly errors?: readonly { code: string; param?: string; message: string }[];
}

export const sessionQuery = queryOptions({
    queryKey: ["session"],
    queryFn: ({ signal }) => standing("/auth/session", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
});

/** Sign in with an employee code or an e-mail address. */
export async function signIn(name: string, password: string): Promise<Standing> {
    const who = name.includes("@") ? { email: name.trim() } : { username: name.trim() };
    return standing("/auth/login", { method: "POST", json: { ...who, password } });
}

/** Give the second factor: a code of the app, or a recovery code. */
export async function giveCode(code: string): Promise<Standing> {
    return standing("/auth/2fa/authenticate", { method: "POST", json: { code: code.trim() } });
}

/** Sign out; also gives up a sign-in that waits for its second factor. */
export async function signOut(): Promise<Standing> {
    return standing("/auth/session", { method: "DELETE" });
}

/** Ask for a letter with a link; the answer is the same whether the address is known or not. */
export async function requestReset(email: string): Promise<void> {
    await standing("/auth/password/request", { method: "POST", json: { email: email.trim() } });
}

/** Set a new password with the key of such a link. */
export async function resetPassword(key: string, password: string): Promise<Standing> {
    return standing("/auth/password/reset", { method: "POST", json: { key, password } });
}

/** Give the password again, for what asks for it. */
export async function confirmPassword(password: string): Promise<Standing> {
    return standing("/auth/reauthenticate", { method: "POST", json: { password } });
}

export async function changePassword(current: string, next: string): Promise<void> {
    const json = { current_password: current, new_password: next };
    await account("/account/password/change", { method: "POST", json });
}

export async function factors(): Promise<readonly Factor[]> {
    return account("/account/authenticators");
}

/** Begin to set up an authenticator app: a new secret each time. */
export async function beginEnrolment(): Promise<Enrolment> {
    const response = await call("/account/authenticators/totp");
    const told = await read(response);
    if (response.status !== 404 || !told.meta?.secret || !told.meta.totp_url) {
        throw refusal(response, told) ?? new Problem(response.status, "", {}, null);
    }
    return { secret: told.meta.secret, totp_url: told.meta.totp_url };
}

export async function completeEnrolment(code: string): Promise<void> {
    const json = { code: code.trim() };
    await account("/account/authenticators/totp", { method: "POST", json });
}

export async function removeFactor(): Promise<void> {
    await account("/account/authenticators/totp", { method: "DELETE" });
}

/** Make new recovery codes; the former ones are worth nothing any more. */
export async function makeRecoveryCodes(): Promise<readonly string[]> {
    const made = await account<{ unused_codes: string[] }>(
        "/account/authenticators/recovery-codes",
        { method: "POST", json: {} },
    );
    return made.unused_codes;
}

export async function devices(): Promise<readonly Device[]> {
    return account("/auth/sessions");
}

export async function signOutDevices(ids: readonly number[]): Promise<void> {
    await account("/auth/sessions", { method: "DELETE", json: { sessions: ids } });
}

/** Ask for something that leaves one signed in, out, or half-way. */
async function standing(path: string, request: Request = {}): Promise<Standing> {
    const response = await call(path, request);
    const told = await read(response);
    if (response.status === 410) {
        return { state: "out" };
    }
    if (response.ok && told.data?.user) {
        const { id, display, email } = told.data.user;
        return { state: "in", id, display, email: email ?? null };
    }
    if (response.ok) {
        return { state: "out" };
    }
    if (response.status === 401 && told.data?.flows) {
        const pending = told.data.flows.find((flow) => flow.is_pending);
        return { state: pending?.id === "mfa_authenticate" ? "second-factor" : "out" };
    }
    throw refusal(response, told) ?? asProblem(response, told);
}

/** Ask for something of an account that is signed in. */
async function account<T>(path: string, request: Request = {}): Promise<T> {
    const response = await call(path, request);
    const told = await read(response);
    if (response.ok) {
        return told.data as T;
    }
    throw refusal(response, told) ?? asProblem(response, told);
}

function refusal(response: Response, told: Told): Error | null {
    if (told.errors?.length) {
        return new Refused(told.errors);
    }
    const again = told.data?.flows?.some((flow) => flow.id.endsWith("reauthenticate"));
    return response.status === 401 && again ? new ConfirmationNeeded() : null;
}

function asProblem(response: Response, told: Told): Problem {
    const detail = (told as { detail?: string }).detail ?? response.statusText;
    return new Problem(response.status, detail, {}, response.headers.get("X-Request-ID"));
}

async function read(response: Response): Promise<Told> {
    const type = response.headers.get("Content-Type") ?? "";
    if (type.startsWith("application/problem")) {
        throw await problemOf(response); // the front door's: user-service is away
    }
    return (await response.json().catch(() => ({ status: response.status }))) as Told;
}

async function call(path: string, request: Request = {}): Promise<Response> {
    const changes = request.method !== undefined && request.method !== "GET";
    const token = changes ? { "X-CSRFToken": await csrfToken() } : {};
    return send(`${ROOT}${path}`, { ...request, headers: { ...request.headers, ...token } });
}

async function csrfToken(): Promise<string> {
    if (!csrfCookie()) {
        await send(`${ROOT}/config`); // sets it
    }
    return csrfCookie() ?? "";
}

function csrfCookie(): string | undefined {
    return /(?:^|;\s*)(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1];
}
