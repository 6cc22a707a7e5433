import {
    IconBuilding,
    IconHeartRateMonitor,
    IconHome,
    IconSettings,
    IconShieldLock,
    IconUser,
    IconUsers,
} from "@tabler/icons-react";
import type { Person } from "../api/people.ts";

/** Every screen that one can go to, in the order of the navigation; `keys` after `g`. */
export const SCREENS = [
    { to: "/", name: "home", icon: IconHome, keys: "h", area: "work", may: () => true },
    { to: "/people", name: "people", icon: IconUsers, keys: "p", area: "admin", may: isAdmin },
    {
        to: "/departments",
        name: "departments",
        icon: IconBuilding,
        keys: "d",
        area: "admin",
        may: isAdmin,
    },
    {
        to: "/state",
        name: "state",
        icon: IconHeartRateMonitor,
        keys: "s",
        area: "admin",
        may: isAdmin,
    },
    { to: "/profile", name: "profile", icon: IconUser, keys: "m", area: "own", may: () => true },
    {
        to: "/preferences",
        name: "preferences",
        icon: IconSettings,
        keys: "e",
        area: "own",
        may: () => true,
    },
    {
        to: "/security",
        name: "security",
        icon: IconShieldLock,
        keys: "x",
        area: "own",
        may: () => true,
    },
] as const;

export type Destination = (typeof SCREENS)[number];
export type Area = Destination["area"];

/** What a person may open. */
export function destinations(person: Person, ...areas: readonly Area[]): readonly Destination[] {
    return SCREENS.filter(
        (screen) => screen.may(person) && (!areas.length || areas.includes(screen.area)),
    );
}

function isAdmin(person: Person): boolean {
    return person.role === "admin";
}
