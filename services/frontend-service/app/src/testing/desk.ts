/**
 * A help desk of the test's own behind the front door: user-service's answers, with a state that
 * the requests change. The same stands behind component tests (msw) and screenshots (Playwright).
 */
import { HttpResponse, http, type RequestHandler } from "msw";
import type { Department, Person } from "../api/people.ts";
import { ownAccount, signingIn } from "./allauth.ts";
import { directory } from "./directory.ts";
import { departments, people } from "./organisation.ts";
import { problem } from "./problem.ts";

export const PASSWORD = "correct horse";
export const CODE = "123456";

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

function healthOf(service: unknown) {
    const up = { status: "up", latency_ms: 1.4 };
    return { service, status: "ready", dependencies: { database: up, cache: up } };
}
