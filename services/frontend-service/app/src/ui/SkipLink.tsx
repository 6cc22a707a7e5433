import { useTranslation } from "react-i18next";
import classes from "./SkipLink.module.css";

export const CONTENT = "content";

/** The first thing that Tab reaches: past the navigation, to the screen. */
export function SkipLink() {
    const { t } = useTranslation();
    return (
        <a className={classes.skip} href={`#${CONTENT}`} onClick={toContent}>
            {t("frame.skip")}
        </a>
    );
}

function toContent(click: React.MouseEvent): void {
    click.preventDefault(); // the address belongs to the router
    document.getElementById(CONTENT)?.focus();
}
