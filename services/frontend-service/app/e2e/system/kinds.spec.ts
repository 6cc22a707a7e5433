/** Each kind of person, on the whole system: `inv demo` has registered them. */
import { expect, type Page, test } from "@playwright/test";

interface SignIn {
    readonly kind: string;
    readonly code: string;
    readonly name: string;
    readonly password: string;
}

const SIGN_INS: readonly SignIn[] = JSON.parse(process.env.HDMS_SIGN_INS ?? "[]");
const OF_ADMINISTRATORS = ["People", "Departments", "State of the system"];

test("there is somebody of each kind", () => {
    expect(SIGN_INS).toHaveLength(7);
});

for (const person of SIGN_INS) {
    test(`the ${person.kind} signs in, is shown what is theirs, and signs out`, async ({
        page,
    }) => {
        await signIn(page, person);

        const navigation = page.getByRole("navigation").first();
        for (const name of OF_ADMINISTRATORS) {
            const link = navigation.getByRole("link", { name });
            await expect(link).toHaveCount(person.kind === "administrator" ? 1 : 0);
        }
        expect((await page.request.get("/api/tickets/")).status()).toBe(200);

        await page.getByRole("button", { name: person.name }).click();
        await page.getByRole("menuitem", { name: "Sign out" }).click();
        await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
        expect((await page.request.get("/api/tickets/")).status()).toBe(401);
    });
}

test("who is no administrator is told so where administrators go", async ({ page }) => {
    await signIn(page, of("requester"));

    await page.goto("/people");

    await expect(page.getByText("This is not for you to do")).toBeVisible();
});

test("an administrator finds a colleague, changes the name, and takes it back", async ({
    page,
}) => {
    const colleague = of("requester");
    await signIn(page, of("administrator"));
    await page.goto("/people");
    await page.getByRole("searchbox").fill(colleague.code);
    await page.getByRole("link", { name: colleague.name }).click();
    await expect(page.getByRole("heading", { level: 1, name: colleague.name })).toBeVisible();
    const lastName = page.getByLabel("Last name");
    const former = await lastName.inputValue();

    await lastName.fill(`${former}-Khan`);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Undo" }).click();

    await expect(page.getByText(`${colleague.name} is as before.`)).toBeVisible();
    await page.reload();
    await expect(page.getByLabel("Last name")).toHaveValue(former);
});

function of(kind: string): SignIn {
    const found = SIGN_INS.find((person) => person.kind === kind);
    if (!found) {
        throw new Error(`nobody is a ${kind}: inv demo registers one`);
    }
    return found;
}

async function signIn(page: Page, person: SignIn): Promise<void> {
    await page.goto("/");
    await page.getByLabel("Employee code or e-mail").fill(person.code);
    await page.getByLabel(/^Password/).fill(person.password);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: `Welcome, ${person.name}` })).toBeVisible();
}
