import type { Page } from "@playwright/test";
import type { Desk } from "../src/testing/desk.ts";

/** A screen to look at: who looks, where, and what is done there first. */
export interface Place {
    readonly name: string;
    readonly address: string;
    readonly desk?: Partial<Desk>;
    readonly first?: (page: Page, desk: Desk) => Promise<void>;
}

const ADMIN = { signedIn: 1 };

/** Every screen there is: pictures are taken of each, and axe looks at each. */
export const PLACES: readonly Place[] = [
    { name: "sign-in", address: "/sign-in" },
    { name: "second-factor", address: "/sign-in", desk: { halfway: 1 } },
    { name: "reset", address: "/reset" },
    { name: "new-password", address: "/reset/good" },
    { name: "home", address: "/", desk: ADMIN },
    { name: "people", address: "/people", desk: ADMIN },
    { name: "people-none-found", address: "/people?search=nobody&role=analyst", desk: ADMIN },
    {
        name: "person",
        address: "/people/4",
        desk: ADMIN,
        first: async (page) => {
            await page.locator("form input[type=email]").fill("ramiz@school.example");
            await page.getByRole("switch").first().click({ force: true });
        },
    },
    { name: "departments", address: "/departments", desk: ADMIN },
    {
        name: "department",
        address: "/departments",
        desk: ADMIN,
        first: async (page) => {
            await page.locator("main li button").first().click();
            await page.getByRole("dialog").waitFor();
        },
    },
    { name: "profile", address: "/profile", desk: { signedIn: 5 } },
    { name: "preferences", address: "/preferences", desk: ADMIN },
    { name: "security", address: "/security", desk: { signedIn: 1, protected: new Set([1]) } },
    {
        name: "enrolment",
        address: "/security",
        desk: ADMIN,
        first: async (page) => {
            await page.locator("section[aria-labelledby=factor] button").click();
            await page.locator("svg[role=img]").waitFor();
        },
    },
    {
        name: "palette",
        address: "/",
        desk: ADMIN,
        first: async (page) => {
            await page.keyboard.press("Control+k");
            await page.keyboard.type("s");
        },
    },
    {
        name: "session-ended",
        address: "/people/4",
        desk: ADMIN,
        first: async (page, desk) => {
            await page.locator("form input[type=email]").fill("ramiz@school.example");
            desk.signedIn = null;
            await page.locator("form button[type=submit]").click();
            await page.getByRole("dialog").waitFor();
        },
    },
    { name: "state", address: "/state", desk: ADMIN },
    { name: "nothing-here", address: "/people/999", desk: ADMIN },
    {
        name: "service-away",
        address: "/departments",
        desk: { ...ADMIN, away: new Map([["/api/departments/", 503]]) },
        first: (page) => page.getByRole("alert").waitFor(),
    },
];
