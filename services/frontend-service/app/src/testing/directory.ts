/** What user-service answers about people and departments, of the desk. */
import { HttpResponse, http, type RequestHandler } from "msw";
import type { Department } from "../api/people.ts";
import type { Desk } from "./desk.ts";
import { problem } from "./problem.ts";

const PAGE = 100;

export function directory(desk: Desk): RequestHandler[] {
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
