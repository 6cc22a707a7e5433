import type { QueryClient } from "@tanstack/react-query";
import {
    createRootRouteWithContext,
    createRoute,
    createRouter,
    lazyRouteComponent,
    Outlet,
    redirect,
} from "@tanstack/react-router";
import { Problem } from "../api/client.ts";
import { meQuery, type PeopleFilter, ROLES } from "../api/people.ts";
import { sessionQuery } from "../api/session.ts";
import { ErrorScreen } from "../ui/ErrorScreen.tsx";
import { ProgressLine } from "../ui/ProgressLine.tsx";
import { Missing } from "./Missing.tsx";

interface Context {
    readonly client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
    component: () => (
        <>
            <ProgressLine />
            <Outlet />
        </>
    ),
    notFoundComponent: Missing,
});

/** Everything that only somebody may see who is signed in; others sign in, and come back here. */
const inside = createRoute({
    getParentRoute: () => root,
    id: "inside",
    beforeLoad: async ({ context, location }) => {
        const standing = await context.client.ensureQueryData(sessionQuery);
        if (standing.state !== "in") {
            throw redirect({ to: "/sign-in", search: { to: location.href } });
        }
        return { id: standing.id };
    },
    loader: ({ context }) => context.client.ensureQueryData(meQuery),
    component: lazyRouteComponent(() => import("./Inside.tsx"), "Inside"),
});

const signIn = createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    validateSearch: ({ to }: Record<string, unknown>): { to?: string | undefined } => ({
        to: isOurs(to) ? to : undefined,
    }),
    loader: ({ context }) => context.client.ensureQueryData(sessionQuery),
    component: lazyRouteComponent(() => import("./signingIn.tsx"), "SignInScreen"),
});

const reset = createRoute({
    getParentRoute: () => root,
    path: "/reset",
    component: lazyRouteComponent(() => import("../features/sign-in/Reset.tsx"), "Reset"),
});

const newPassword = createRoute({
    getParentRoute: () => root,
    path: "/reset/$key",
    component: lazyRouteComponent(() => import("./signingIn.tsx"), "NewPasswordScreen"),
});

const home = createRoute({
    getParentRoute: () => inside,
    path: "/",
    component: lazyRouteComponent(() => import("./own.tsx"), "HomeScreen"),
});

const people = createRoute({
    getParentRoute: () => inside,
    path: "/people",
    beforeLoad: requireAdministrator,
    validateSearch: filterOf,
    component: lazyRouteComponent(() => import("./admin.tsx"), "PeopleScreen"),
});

const person = createRoute({
    getParentRoute: () => inside,
    path: "/people/$id",
    beforeLoad: requireAdministrator,
    component: lazyRouteComponent(() => import("./admin.tsx"), "OnePersonScreen"),
});

const departments = createRoute({
    getParentRoute: () => inside,
    path: "/departments",
    beforeLoad: requireAdministrator,
    component: lazyRouteComponent(() => import("../features/admin/Departments.tsx"), "Departments"),
});

const profile = createRoute({
    getParentRoute: () => inside,
    path: "/profile",
    component: lazyRouteComponent(() => import("./own.tsx"), "ProfileScreen"),
});

const preferences = createRoute({
    getParentRoute: () => inside,
    path: "/preferences",
    component: lazyRouteComponent(() => import("./own.tsx"), "PreferencesScreen"),
});

const security = createRoute({
    getParentRoute: () => inside,
    path: "/security",
    component: lazyRouteComponent(() => import("../features/profile/Security.tsx"), "Security"),
});

/** Open to all: it is looked at when signing in does not work, too. */
const state = createRoute({
    getParentRoute: () => root,
    path: "/state",
    component: lazyRouteComponent(() => import("./state.tsx"), "StateScreen"),
});

const tree = root.addChildren([
    signIn,
    reset,
    newPassword,
    state,
    inside.addChildren([home, people, person, departments, profile, preferences, security]),
]);

export function createAppRouter(client: QueryClient) {
    return createRouter({
        routeTree: tree,
        context: { client },
        defaultErrorComponent: ({ error, reset: again }) => (
            <ErrorScreen error={error} again={again} />
        ),
        defaultPreload: "intent",
        defaultPreloadStaleTime: 0, // the query client knows what is fresh
        scrollRestoration: true,
    });
}

declare module "@tanstack/react-router" {
    interface Register {
        router: ReturnType<typeof createAppRouter>;
    }
}

/** The services decide; this only says so before a screen is empty for who may see little of it. */
async function requireAdministrator({ context }: { context: Context }): Promise<void> {
    const { role } = await context.client.ensureQueryData(meQuery);
    if (role !== "admin") {
        throw new Problem(403, "", {}, null);
    }
}

function isOurs(to: unknown): to is string {
    return typeof to === "string" && to.startsWith("/") && !/^\/[/\\]/.test(to);
}

/** What an address narrows the people to; what makes no sense in it counts as not there. */
export function filterOf(asked: Record<string, unknown>): PeopleFilter {
    const { search, role, department, is_active } = asked;
    const isText = typeof search === "string" || typeof search === "number";
    return {
        search: isText ? String(search) : undefined,
        role: ROLES.find((each) => each === role),
        department: Number.isInteger(department) ? Number(department) : undefined,
        is_active: typeof is_active === "boolean" ? is_active : undefined,
    };
}
