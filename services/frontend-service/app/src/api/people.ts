/**
 * People and departments, of user-service. Typed by hand until it is generated from openapi.json.
 */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask } from "./client.ts";

export const ROLES = ["requester", "moderator", "analyst", "admin"] as const;
export type Role = (typeof ROLES)[number];

const ME = "/api/people/me/";

export interface Person {
    readonly id: number;
    readonly employee_code: string;
    /** What they are called: of the two names, or the code. */
    readonly name: string;
    readonly first_name: string;
    readonly last_name: string;
    readonly email: string;
    readonly role: Role;
    readonly is_approver: boolean;
    readonly is_active: boolean;
    readonly departments: readonly number[];
    readonly language?: string;
    readonly time_zone?: string;
    readonly phone?: string;
    readonly version: number;
}
export type PersonChange = Partial<Omit<Person, "id" | "name" | "version">>;

export interface Department {
    readonly id: number;
    readonly code: string;
    readonly name: string;
    readonly parent: number | null;
    readonly head: number | null;
    readonly is_open: boolean;
    readonly may_request_approval: boolean;
    readonly version: number;
}
export type DepartmentChange = Partial<Omit<Department, "id" | "version">>;

/** What the table of people is narrowed to; in the address, so that it can be sent and kept. */
export interface PeopleFilter {
    readonly search?: string | undefined;
    readonly role?: Role | undefined;
    readonly department?: number | undefined;
    readonly is_active?: boolean | undefined;
}

interface Page<T> {
    readonly next: string | null;
    readonly results: readonly T[];
}

export function personQuery(id: number | string) {
    return queryOptions({
        queryKey: ["people", String(id)],
        queryFn: ({ signal }) => ask<Person>(`/api/people/${id}/`, { signal }),
    });
}

/** Oneself, with all that only administrators see of others. */
export const meQuery = queryOptions({
    queryKey: ["people", "me"],
    queryFn: ({ signal }) => ask<Person>(ME, { signal }),
});

export function peopleQuery(filter: PeopleFilter) {
    return infiniteQueryOptions({
        queryKey: ["people", "list", filter],
        queryFn: ({ pageParam, signal }) => ask<Page<Person>>(pageParam, { signal }),
        initialPageParam: `/api/people/${asked(filter)}`,
        getNextPageParam: (page) => (page.next === null ? null : path(page.next)),
    });
}

export const departmentsQuery = queryOptions({
    queryKey: ["departments"],
    queryFn: async ({ signal }) => {
        const found: Department[] = [];
        let next: string | null = "/api/departments/";
        while (next !== null) {
            const page: Page<Department> = await ask(next, { signal });
            found.push(...page.results);
            next = page.next === null ? null : path(page.next);
        }
        return found;
    },
});

/** Change a person; to let somebody in or out is a move of its own, and comes first. */
export async function changePerson(
    person: Person,
    { is_active, ...change }: PersonChange,
): Promise<Person> {
    let now = person;
    if (is_active !== undefined && is_active !== person.is_active) {
        const move = is_active ? "reactivate" : "deactivate";
        now = await ask<Person>(`/api/people/${person.id}/${move}/`, {
            method: "POST",
            json: {},
            headers: ifUnchanged(person.version),
        });
    }
    return Object.keys(change).length === 0
        ? now
        : patched(`/api/people/${person.id}/`, now.version, change);
}

/** Change how oneself is reached and spoken to. */
export async function changeMe(me: Person, change: PersonChange): Promise<Person> {
    return patched(ME, me.version, change);
}

export async function changeDepartment(
    department: Department,
    change: DepartmentChange,
): Promise<Department> {
    return patched(`/api/departments/${department.id}/`, department.version, change);
}

/** Make a department; asked twice with one key, there is one. */
export async function makeDepartment(made: DepartmentChange, key: string): Promise<Department> {
    return ask("/api/departments/", {
        method: "POST",
        json: made,
        headers: { "Idempotency-Key": key },
    });
}

function patched<T>(address: string, version: number, json: object): Promise<T> {
    return ask(address, { method: "PATCH", json, headers: ifUnchanged(version) });
}

function ifUnchanged(version: number): Record<string, string> {
    return { "If-Match": `"${version}"` };
}

function asked(filter: PeopleFilter): string {
    const words = Object.entries(filter).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(words.map(([name, value]) => [name, String(value)]));
    return query.size ? `?${query}` : "";
}

/** The services give whole addresses; only the path is ours to follow. */
function path(address: string): string {
    const { pathname, search } = new URL(address, window.location.origin);
    return `${pathname}${search}`;
}
