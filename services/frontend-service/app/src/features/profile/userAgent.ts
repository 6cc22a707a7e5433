/** The programs that people know by name; the order matters, since each claims to be the last. */
const BROWSERS = [
    ["Edg", "Edge"],
    ["OPR", "Opera"],
    ["Firefox", "Firefox"],
    ["Chrome", "Chrome"],
    ["Safari", "Safari"],
] as const;
const SYSTEMS = [
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Android", "Android"],
    ["Windows", "Windows"],
    ["Mac OS X", "macOS"],
    ["Linux", "Linux"],
] as const;

/** Say in words what a browser said of itself; it may say anything. */
export function spoken(agent: string): { browser: string; system: string; phone: boolean } {
    const known = (list: readonly (readonly [string, string])[]) =>
        list.find(([mark]) => agent.includes(mark))?.[1] ?? "";
    return {
        browser: known(BROWSERS),
        system: known(SYSTEMS),
        phone: /iPhone|Android.*Mobile/.test(agent),
    };
}
