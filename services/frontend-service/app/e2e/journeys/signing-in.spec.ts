/** What one does first, with the keyboard alone, on the built application behind its front door. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { CODE, PASSWORD } from "../../src/testing/desk.ts";
import { before } from "../browser.ts";

test("by keyboard alone one signs in with two factors, and comes to where the link led", async ({
    page,
}) => {
    await before(page, { protected: new Set([1]) });
    await page.goto("/people?role=moderator");
    await page.getByLabel("Employee code or e-mail").waitFor();

    await tabTo(page, page.getByLabel(/^Employee code/));
    await page.keyboard.type("e-1001");
    await tabTo(page, page.getByLabel(/^Password/));
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await expect(page.getByLabel(/^Code/)).toBeFocused();
    await page.keyboard.type(CODE);
    await page.keyboard.press("Enter");

    await expect(page.getByRole("heading", { level: 1, name: "People" })).toBeVisible();
    expect(page.url()).toContain("role=moderator");
});

test("the first stop of Tab leads past the navigation", async ({ page }) => {
    await before(page, { signedIn: 1 });
    await page.goto("/profile");
    await page.getByRole("heading", { level: 1 }).waitFor();

    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
    await page.keyboard.press("Enter");

    await expect(page.getByRole("main")).toBeFocused();
});

test("an administrator finds somebody by keyboard, changes the role, and takes it back", async ({
    page,
}) => {
    const desk = await before(page, { signedIn: 1 });
    await page.goto("/");
    await page.getByRole("heading", { level: 1 }).waitFor();

    await page.keyboard.press("Control+k");
    await page.keyboard.type("e-1004");
    await expect(page.getByRole("dialog").getByText("Ramiz Khan")).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "Ramiz Khan" })).toBeVisible();
    await page.getByRole("combobox", { name: "Role" }).click();
    await page.getByRole("option", { name: "Moderator" }).click();
    await expect(page.getByText("Role: Requester → Moderator")).toBeVisible();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Ramiz Khan is saved.")).toBeVisible();
    expect(desk.people.find(({ id }) => id === 4)?.role).toBe("moderator");
    await page.getByRole("button", { name: "Undo" }).click();

    await expect(page.getByText("Ramiz Khan is as before.")).toBeVisible();
    expect(desk.people.find(({ id }) => id === 4)?.role).toBe("requester");
});

async function tabTo(page: Page, field: Locator): Promise<void> {
    for (let presses = 0; presses < 20; presses++) {
        if (await field.evaluate((node) => node === document.activeElement)) {
            return;
        }
        await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${field}`);
}
