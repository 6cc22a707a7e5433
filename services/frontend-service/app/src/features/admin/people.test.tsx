import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { person } from "../../testing/organisation.ts";
import { visit, withServer } from "../../testing/visit.tsx";

withServer();

const ADMIN = { signedIn: 1 };

test("what the people are narrowed to stands in the address, and the address narrows them", async () => {
    const { user, router } = visit("/people?role=moderator", ADMIN);

    expect(await screen.findByText("3 people")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Clear" }));

    expect(await screen.findByText("60 people")).toBeVisible();
    expect(router.state.location.searchStr).toBe("");
});

test("a search that finds nobody says so, and what to do", async () => {
    const { user } = visit("/people", ADMIN);

    await user.type(await screen.findByRole("searchbox"), "xyzzy");

    expect(await screen.findByText(/Nobody fits/)).toBeVisible();
});

test("a change is shown in words, saved, and taken back", async () => {
    const { desk, user } = visit("/people/4", ADMIN);

    await user.click(await screen.findByRole("switch", { name: /^Approves money/ }));
    expect(screen.getByText(/Approves money:/)).toHaveTextContent("Approves money: no → yes");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(desk.people[3]?.is_approver).toBe(true));
    await user.click(await screen.findByRole("button", { name: "Undo" }));

    await waitFor(() => expect(desk.people[3]?.is_approver).toBe(false));
});

test("a fault stands at its field, and what was typed stays", async () => {
    const { user } = visit("/people/4", ADMIN);
    const email = await screen.findByLabelText(/^E-mail/);

    await user.clear(email);
    await user.type(email, "nonsense");
    await user.click(screen.getByRole("button", { name: "Save" }));

    expect(await screen.findByText("Enter a valid email address.")).toBeVisible();
    expect(email).toHaveValue("nonsense");
    expect(email).toBeInvalid();
});

test("what somebody else changed meanwhile is not overwritten unseen", async () => {
    const { desk, user } = visit("/people/4", ADMIN);
    await user.click(await screen.findByRole("switch", { name: /^Approves money/ }));
    desk.people[3] = person(4, { role: "moderator", version: 9 });

    await user.click(screen.getByRole("button", { name: "Save" }));

    expect(await screen.findByRole("alert")).toHaveTextContent("Somebody else changed this");
    expect(await screen.findByDisplayValue("Moderator")).toBeVisible();
    expect(screen.getByRole("switch", { name: /^Approves money/ })).toBeChecked();
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() =>
        expect(desk.people[3]).toMatchObject({ role: "moderator", is_approver: true }),
    );
});

test("a department without a head is said to be so, and can be given one", async () => {
    const { desk, user } = visit("/departments", ADMIN);
    await user.click(await screen.findByRole("button", { name: "Change Procurement" }));

    const dialog = await screen.findByRole("dialog", { name: "Change Procurement" });
    await user.click(within(dialog).getByRole("combobox", { name: "Head" }));
    await user.click(await screen.findByRole("option", { name: "Farah Noor · E-1003" }));
    await user.click(within(dialog).getByRole("button", { name: "Save" }));

    await waitFor(() => expect(desk.departments[2]?.head).toBe(3));
});
