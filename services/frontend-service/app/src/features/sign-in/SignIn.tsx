import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Standing, sessionQuery } from "../../api/session.ts";
import { Doorway } from "../../ui/Doorway.tsx";
import { CodeForm } from "./CodeForm.tsx";
import { SignInForm } from "./SignInForm.tsx";

interface Props {
    standing: Standing;
    onSignedIn: () => void;
}

/** Signing in, in as many steps as it takes; a reload in the middle goes on where it was. */
export function SignIn({ standing, onSignedIn }: Props) {
    const { t } = useTranslation();
    const client = useQueryClient();
    function take(reached: Standing): void {
        client.setQueryData(sessionQuery.queryKey, reached);
        if (reached.state === "in") {
            onSignedIn();
        }
    }
    return standing.state === "second-factor" ? (
        <Doorway title={t("signIn.second")} about={t("signIn.secondAbout")}>
            <CodeForm onStanding={take} />
        </Doorway>
    ) : (
        <Doorway title={t("signIn.title")} about={t("signIn.about")}>
            <SignInForm onStanding={take} />
        </Doorway>
    );
}
