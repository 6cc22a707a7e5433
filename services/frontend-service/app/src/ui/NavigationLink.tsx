import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import classes from "./NavigationLink.module.css";
import type { Destination } from "./navigation.ts";

export function NavigationLink({ screen, onClick }: { screen: Destination; onClick?: () => void }) {
    const { t } = useTranslation();
    const Icon = screen.icon;
    return (
        <Link
            to={screen.to}
            {...(onClick && { onClick })}
            className={classes.link ?? ""}
            activeOptions={{ exact: screen.to === "/", includeSearch: false }}
        >
            <Icon size={20} stroke={1.6} aria-hidden />
            {t(`screen.${screen.name}`)}
        </Link>
    );
}
