/**
 * Every screen, in each language and colour, on a phone and on a wide screen: axe finds nothing, the
 * policy of the front door is kept, nothing is wider than the window. With HDMS_SCREENS=folder a
 * picture of each is put there: of two of the eight, or with HDMS_EVERY_PICTURE=1 of all.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { before } from "../browser.ts";
import { PLACES } from "../places.ts";

const LANGUAGES = ["en", "ur"] as const;
const SCHEMES = ["light", "dark"] as const;
const SIZES = [
    { width: 360, height: 740 },
    { width: 1440, height: 900 },
] as const;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PICTURED = ["en-light-1440", "ur-dark-360"];
const folder = process.env.HDMS_SCREENS;
const everyPicture = process.env.HDMS_EVERY_PICTURE === "1";

for (const language of LANGUAGES) {
    for (const scheme of SCHEMES) {
        for (const size of SIZES) {
            test.describe(`${language} ${scheme} ${size.width}`, () => {
                test.use({ viewport: size, colorScheme: scheme });
                for (const place of PLACES) {
                    test(`${place.name} can be used by everybody`, async ({ page }) => {
                        const refused = violationsOf(page);
                        await page.addInitScript(
                            (chosen) => localStorage.setItem("hdms.language", chosen),
                            language,
                        );
                        const desk = await before(page, structuredClone(place.desk ?? {}));
                        await page.goto(place.address);
                        await settled(page);
                        await place.first?.(page, desk);
                        await settled(page);
                        const look = `${language}-${scheme}-${size.width}`;
                        if (folder && (everyPicture || PICTURED.includes(look))) {
                            const path = `${folder}/${place.name}-${look}.jpg`;
                            await page.screenshot({ path, quality: 60, type: "jpeg" });
                        }
                        const found = await new AxeBuilder({ page }).withTags(RULES).analyze();
                        expect(found.violations.map(described)).toEqual([]);
                        expect(refused).toEqual([]);
                        expect(await overflow(page)).toBeLessThanOrEqual(0);
                    });
                }
            });
        }
    }
}

/** Collect what the policy refuses, and what a script complains of. */
function violationsOf(page: Page): string[] {
    const found: string[] = [];
    page.on("console", (message) => {
        if (/content security policy/i.test(message.text())) {
            found.push(message.text());
        }
    });
    page.on("pageerror", (error) => found.push(String(error)));
    return found;
}

/** Wait for the screen's name, its texts and its moves to their places. */
async function settled(page: Page): Promise<void> {
    await page.getByRole("heading", { level: 1, includeHidden: true }).first().waitFor();
    await page.waitForLoadState("networkidle");
    await page.evaluate(async () => {
        await document.fonts.ready;
        await Promise.all(
            document
                .getAnimations()
                .filter(ends)
                .map((each) => each.finished),
        );

        function ends(animation: Animation): boolean {
            return animation.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY;
        }
    });
}

async function overflow(page: Page): Promise<number> {
    return page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
}

function described(violation: { id: string; nodes: { html: string }[] }): string {
    return `${violation.id}: ${violation.nodes
        .map(({ html }) => html)
        .join(" ")
        .slice(0, 600)}`;
}
