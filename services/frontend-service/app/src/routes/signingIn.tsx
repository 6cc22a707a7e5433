import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useParams } from "@tanstack/react-router";
import { sessionQuery } from "../api/session.ts";
import { NewPassword } from "../features/sign-in/NewPassword.tsx";
import { SignIn } from "../features/sign-in/SignIn.tsx";

const signInRoute = getRouteApi("/sign-in");

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
