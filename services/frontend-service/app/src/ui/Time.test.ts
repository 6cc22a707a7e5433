import { expect, test } from "vitest";
import { relative } from "./Time.tsx";

const NOW = new Date("2026-03-10T12:00:00Z");

test.each([
    ["2026-03-10T11:59:58Z", "2 seconds ago"],
    ["2026-03-10T11:00:00Z", "1 hour ago"],
    ["2026-03-09T12:00:00Z", "yesterday"],
    ["2026-03-11T12:00:00Z", "tomorrow"],
    ["2026-01-01T12:00:00Z", "Jan 1, 2026"],
])("%s is said as %s", (at, said) => {
    expect(relative(new Date(at), NOW, "en")).toBe(said);
});

test("in Urdu, too", () => {
    expect(relative(new Date("2026-03-09T12:00:00Z"), NOW, "ur")).toMatch(/گزشتہ کل|کل/);
});
