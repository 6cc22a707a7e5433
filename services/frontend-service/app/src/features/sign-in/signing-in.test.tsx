import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { CODE, PASSWORD } from "../../testing/desk.ts";
import { visit, withServer } from "../../testing/visit.tsx";

withServer();

async function typeAndSend(user: ReturnType<typeof visit>["user"], name: string, password: string) {
    await user.type(await screen.findByLabelText(/Employee code or e-mail/), name);
    await user.type(screen.getByLabelText(/^Password/), password);
    await user.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("signing in", () => {
    test("leads to where one wanted to go", async () => {
        const { user, router } = visit("/departments");

        await typeAndSend(user, " e-1001 ", PASSWORD);

        expect(await screen.findByRole("heading", { level: 1, name: "Departments" })).toBeVisible();
        expect(router.state.location.pathname).toBe("/departments");
    });

    test("works with the e-mail address, too", async () => {
        const { user } = visit("/sign-in");

        await typeAndSend(user, "e1001@school.example", PASSWORD);

        expect(await screen.findByRole("heading", { name: /Welcome/ })).toBeVisible();
    });

    test("that is refused says why, keeps the name, and moves to the password", async () => {
        const { user } = visit("/sign-in");

        await typeAndSend(user, "e-1001", "wrong");

        expect(await screen.findByRole("alert")).toHaveTextContent("do not belong together");
        expect(screen.getByLabelText(/Employee code/)).toHaveValue("e-1001");
        expect(screen.getByLabelText(/^Password/)).toHaveFocus();
    });

    test("asks for the code of who has a second factor, and takes it", async () => {
        const { user } = visit("/sign-in", { protected: new Set([1]) });

        await typeAndSend(user, "e-1001", PASSWORD);
        const code = await screen.findByLabelText(/^Code/);
        await user.type(code, "000000{Enter}");
        expect(await screen.findByRole("alert")).toHaveTextContent("This code is not right");
        await user.clear(code);
        await user.type(code, `${CODE}{Enter}`);

        expect(await screen.findByRole("heading", { name: /Welcome/ })).toBeVisible();
    });

    test("goes on at the second step after a reload", async () => {
        visit("/sign-in", { halfway: 1 });

        expect(await screen.findByLabelText(/^Code/)).toBeVisible();
    });

    test("never leads to another site", async () => {
        const { user, router } = visit("/sign-in?to=//evil.example/");

        await typeAndSend(user, "e-1001", PASSWORD);

        await screen.findByRole("heading", { name: /Welcome/ });
        expect(router.state.location.pathname).toBe("/");
    });
});

test("a session that ends keeps what was typed, and goes on after signing in again", async () => {
    const { desk, user } = visit("/people/4", { signedIn: 1 });
    const email = await screen.findByLabelText(/^E-mail/);
    await user.clear(email);
    await user.type(email, "ramiz@school.example");
    desk.signedIn = null;
    await user.click(screen.getByRole("button", { name: "Save" }));

    const dialog = await screen.findByRole("dialog", { name: "Your session has ended" });
    await user.type(within(dialog).getByLabelText(/^Password/), PASSWORD);
    await user.click(within(dialog).getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByLabelText(/^E-mail/)).toHaveValue("ramiz@school.example");
    await user.click(screen.getByRole("button", { name: "Save" }));

    await waitFor(() => expect(desk.people[3]?.email).toBe("ramiz@school.example"));
});

test("asking for a new password says the same for every address", async () => {
    const { user } = visit("/reset");

    await user.type(await screen.findByLabelText(/^E-mail/), "nobody@school.example");
    await user.click(screen.getByRole("button", { name: "Send the link" }));

    expect(await screen.findByText(/If nobody@school.example belongs to somebody/)).toBeVisible();
});

test("a link that was used before is refused in words", async () => {
    const { user } = visit("/reset/used");

    await user.type(await screen.findByLabelText(/^New password/), "another password");
    await user.click(screen.getByRole("button", { name: "Set the password" }));

    expect(await screen.findByRole("alert")).toHaveTextContent("used before, or is too old");
});
