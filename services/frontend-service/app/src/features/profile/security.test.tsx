import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { CODE, PASSWORD } from "../../testing/desk.ts";
import { visit, withServer } from "../../testing/visit.tsx";

withServer();

test("setting up a second factor asks for the password, shows the code, and gives recovery codes", async () => {
    const { desk, user } = visit("/security", { signedIn: 1, confirmed: false });

    await user.click(await screen.findByRole("button", { name: "Set it up" }));
    const dialog = await screen.findByRole("dialog", { name: "Is it you?" });
    await user.type(within(dialog).getByLabelText("Password"), PASSWORD);
    await user.click(within(dialog).getByRole("button", { name: "Continue" }));
    expect(await screen.findByRole("img", { name: /QR code/ })).toBeVisible();
    await user.type(screen.getByLabelText(/code that the app shows/), CODE);
    await user.click(screen.getByRole("button", { name: "Switch it on" }));

    expect(await screen.findByText("1a2b3c4d")).toBeVisible();
    expect(desk.protected).toContain(1);
});

test("a password is changed only with the current one", async () => {
    const { user } = visit("/security", { signedIn: 1 });

    await user.type(await screen.findByLabelText("Current password"), "wrong");
    await user.type(screen.getByLabelText("New password"), "another one, and long");
    await user.click(screen.getByRole("button", { name: "Change the password" }));

    expect(await screen.findByText("This is not your current password.")).toBeVisible();
    expect(screen.getByLabelText("New password")).toHaveValue("another one, and long");
});

test("each other device can be signed out", async () => {
    const { user } = visit("/security", { signedIn: 1 });

    const devices = await screen.findByRole("region", { name: "Where you are signed in" });
    expect(await within(devices).findByText("Edge · Windows")).toBeVisible();
    const ends = within(devices).getAllByRole("button", { name: "Sign out" });
    await user.click(ends[0] as HTMLElement);

    await waitFor(() => expect(screen.getByText("Signed out there.")).toBeVisible());
});
