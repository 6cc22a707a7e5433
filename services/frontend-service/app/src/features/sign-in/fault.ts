import { useTranslation } from "react-i18next";
import { Problem, Unreachable } from "../../api/client.ts";
import { Refused } from "../../api/session.ts";

/** Say in the reader's words why signing in did not go on. */
export function useFault(): (error: Error) => string {
    const { t } = useTranslation();
    return (error) => {
        if (error instanceof Unreachable) {
            return t("fault.unreachable");
        }
        if (error instanceof Problem) {
            return error.status === 429 ? t("fault.tooMany") : t("fault.away");
        }
        if (!(error instanceof Refused)) {
            return t("error.unexpected.remedy");
        }
        if (error.has("username_password_mismatch") || error.has("email_password_mismatch")) {
            return t("fault.mismatch");
        }
        if (error.has("too_many_login_attempts") || error.has("rate_limited")) {
            return t("fault.tooMany");
        }
        if (error.has("incorrect_code")) {
            return t("fault.code");
        }
        if (error.has("invalid_password_reset")) {
            return t("fault.link");
        }
        if (error.has("enter_current_password") || error.has("incorrect_password")) {
            return t("fault.password");
        }
        return error.message; // allauth's own sentence, in the language that was asked for
    };
}
