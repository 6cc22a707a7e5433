/** The one way to the services: JSON in, JSON out, and every error one of the two below. */

/** What a service answers in place of what was asked for (RFC 9457). */
export class Problem extends Error {
    override readonly name = "Problem";

    /**
     * @param fields field -> what is wrong with it, in sentences
     * @param requestId the number under which the logs have the request
     */
    constructor(
        readonly status: number,
        readonly detail: string,
        readonly fields: Readonly<Record<string, readonly string[]>>,
        readonly requestId: string | null,
    ) {
        super(detail);
    }
}

/** No answer: the connection or the server is gone. */
export class Unreachable extends Error {
    override readonly name = "Unreachable";
}

export interface Request {
    readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly json?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
}

/**
 * Ask, and return the answer, whatever its status.
 * @throws Unreachable
 */
export async function send(path: string, request: Request = {}): Promise<Response> {
    const headers = new Headers({ Accept: "application/json", ...request.headers });
    headers.set("Accept-Language", document.documentElement.lang);
    if (request.json !== undefined) {
        headers.set("Content-Type", "application/json");
    }
    try {
        return await globalThis.fetch(path, {
            method: request.method ?? "GET",
            headers,
            body: request.json === undefined ? null : JSON.stringify(request.json),
            signal: request.signal ?? null,
        });
    } catch (error) {
        if (request.signal?.aborted) {
            throw error;
        }
        throw new Unreachable("no answer", { cause: error });
    }
}

/**
 * Ask, and return what was asked for.
 * @throws Problem, Unreachable
 */
export async function ask<T>(path: string, request: Request = {}): Promise<T> {
    const response = await send(path, request);
    if (!response.ok) {
        throw await problemOf(response);
    }
    return (response.status === 204 ? undefined : await response.json()) as T;
}

export async function problemOf(response: Response): Promise<Problem> {
    const told: unknown = await response.json().catch(() => null);
    const { detail, errors } = (told ?? {}) as { detail?: unknown; errors?: unknown };
    return new Problem(
        response.status,
        typeof detail === "string" ? detail : response.statusText,
        fieldsOf(errors),
        response.headers.get("X-Request-ID"),
    );
}

function fieldsOf(errors: unknown): Record<string, string[]> {
    if (typeof errors !== "object" || errors === null || Array.isArray(errors)) {
        return {};
    }
    return Object.fromEntries(
        Object.entries(errors).map(([field, said]) => [
            field,
            (Array.isArray(said) ? said : [said]).map(String),
        ]),
    );
}
