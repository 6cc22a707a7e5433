import { screen, waitFor, within } from "@testing-library/react";
import i18next from "i18next";
import { expect, test } from "vitest";
import { speak } from "../i18n/languages.ts";
import { visit, withServer } from "../testing/visit.tsx";

withServer();

test("navigation shows only what one may open", async () => {
    visit("/", { signedIn: 2 });

    const [navigation] = await screen.findAllByRole("navigation", { name: "Main navigation" });
    expect(within(navigation as HTMLElement).getByRole("link", { name: "Home" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "People" })).toBeNull();
});

test.each(["/people", "/people/4", "/departments"])(
    "who is no administrator is told so at %s",
    async (address) => {
        visit(address, { signedIn: 2 });

        expect(
            await screen.findByRole("heading", { name: "This is not for you to do" }),
        ).toBeVisible();
    },
);

test("after a move the new screen has the focus, and its name is the window's", async () => {
    const { user } = visit("/", { signedIn: 1 });
    const [link] = await screen.findAllByRole("link", { name: "Profile" });

    await user.click(link as HTMLElement);

    const heading = await screen.findByRole("heading", { level: 1, name: "Profile" });
    await waitFor(() => expect(heading).toHaveFocus());
    expect(document.title).toBe("Profile · HDMS");
});

test("keys go to screens, and do nothing while one types", async () => {
    const { user, router } = visit("/people", { signedIn: 1 });
    const search = await screen.findByRole("searchbox");

    await user.type(search, "gd");
    expect(router.state.location.pathname).toBe("/people");
    search.blur();
    await user.keyboard("gd");

    await waitFor(() => expect(router.state.location.pathname).toBe("/departments"));
});

test("an address with nothing behind it says so", async () => {
    visit("/nothing/here", { signedIn: 1 });

    expect(await screen.findByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("a service that is away is an error with the number of the request, and another try", async () => {
    const away = new Map([["/api/departments/", 503]]);
    const { desk, user } = visit("/departments", { signedIn: 1, away });

    expect(await screen.findByText("4f0c2a9be1d84d0c")).toBeVisible();
    desk.away.clear();
    await user.click(screen.getByRole("button", { name: "Try again" }));

    expect(await screen.findByText("Maintenance")).toBeVisible();
});

test("where it cannot be asked who one is, the way to the state of the system is open", async () => {
    const away = new Map([["/api/accounts/auth/browser/v1/auth/session", 503]]);
    const { user } = visit("/", { away });

    await user.click(await screen.findByRole("link", { name: "State of the system" }));

    expect(await screen.findByText("Every service is ready.")).toBeVisible();
});

test("in Urdu the whole page turns to the right", async () => {
    visit("/profile", { signedIn: 1 });
    await screen.findByRole("heading", { level: 1, name: "Profile" });

    await speak("ur");

    expect(await screen.findByRole("heading", { level: 1, name: "پروفائل" })).toBeVisible();
    expect(document.documentElement.dir).toBe("rtl");
    await speak("en");
    expect(i18next.language).toBe("en");
});
