/** Gives the screens what their addresses say, and who asks. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useParams } from "@tanstack/react-router";
import { personQuery } from "../api/people.ts";
import { sessionQuery } from "../api/session.ts";
import { People } from "../features/admin/People.tsx";
import { PersonScreen } from "../features/admin/PersonScreen.tsx";
import { Home } from "../features/home/Home.tsx";
import { Preferences } from "../features/profile/Preferences.tsx";
import { Profile } from "../features/profile/Profile.tsx";
import { NewPassword } from "../features/sign-in/NewPassword.tsx";
import { SignIn } from "../features/sign-in/SignIn.tsx";
import { State } from "../features/state/State.tsx";
import { Bare } from "../ui/Bare.tsx";
import { Inside } from "./Inside.tsx";
import { useMe } from "./me.ts";

const signInRoute = getRouteApi("/sign-in");
const peopleRoute = getRouteApi("/inside/people");

export function SignInScreen() {
    const { data: standing } = useSuspenseQuery(sessionQuery);
    const { to } = signInRoute.useSearch();
    const navigate = useNavigate();
    return <SignIn standing={standing} onSignedIn={() => void navigate({ href: to ?? "/" })} />;
}

export function NewPasswordScreen() {
    const { key } = useParams({ from: "/reset/$key" });
    return <NewPassword resetKey={key} />;
}

export function HomeScreen() {
    return <Home person={useMe()} />;
}

export function PeopleScreen() {
    const filter = peopleRoute.useSearch();
    const navigate = useNavigate({ from: "/people" });
    return (
        <People
            filter={filter}
            onFilter={(search) => void navigate({ search, replace: true, resetScroll: false })}
        />
    );
}

export function OnePersonScreen() {
    const { id } = useParams({ from: "/inside/people/$id" });
    return <PersonScreen key={id} id={id} />;
}

export function ProfileScreen() {
    return <Profile person={useMe()} />;
}

export function PreferencesScreen() {
    return <Preferences person={useMe()} />;
}

/** In the frame of who is signed in; without one, if that cannot be asked. */
export function StateScreen() {
    const { data: standing } = useQuery({ ...sessionQuery, retry: false });
    const id = standing?.state === "in" ? standing.id : "";
    const { data: person } = useQuery({ ...personQuery(id), enabled: id !== "", retry: false });
    return person ? (
        <Inside>
            <State />
        </Inside>
    ) : (
        <Bare>
            <State />
        </Bare>
    );
}
