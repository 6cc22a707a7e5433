import { expect, test } from "@playwright/test";
import { people } from "../../src/testing/organisation.ts";
import { before } from "../browser.ts";

test("of thousands only the rows near by are in the page, and the last one is reached", async ({
    page,
}) => {
    await before(page, { signedIn: 1, people: people(450) });
    await page.goto("/people");
    const table = page.getByRole("table");
    await expect(table.getByRole("cell", { name: "E-1001", exact: true })).toBeVisible();

    await page.getByRole("region", { name: "People" }).focus();
    await expect(async () => {
        await page.keyboard.press("End");
        await expect(table.getByRole("cell", { name: "E-1450", exact: true })).toBeVisible({
            timeout: 1000,
        });
    }).toPass();

    expect(await table.getByRole("row").count()).toBeLessThan(100);
});

test("what was narrowed and opened is found again by going back", async ({ page }) => {
    await before(page, { signedIn: 1 });
    await page.goto("/people");
    await page.getByRole("searchbox").fill("ramiz");
    await expect(page.getByText("6 people")).toBeVisible();
    await page.getByRole("link", { name: "Ramiz Khan" }).first().click();
    await expect(page.getByRole("heading", { level: 1, name: "Ramiz Khan" })).toBeVisible();

    await page.goBack();

    await expect(page.getByRole("searchbox")).toHaveValue("ramiz");
    await expect(page.getByText("6 people")).toBeVisible();
});

test("offline, it is said, and what one types stays", async ({ page, context }) => {
    await before(page, { signedIn: 1 });
    await page.goto("/people/4");
    await page.getByLabel("E-mail").fill("ramiz@school.example");

    await context.setOffline(true);
    await expect(page.getByText("You are offline.")).toBeVisible();
    await context.setOffline(false);

    await expect(page.getByText("You are offline.")).toBeHidden();
    await expect(page.getByLabel("E-mail")).toHaveValue("ramiz@school.example");
});
