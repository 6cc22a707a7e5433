import { VisuallyHidden } from "@mantine/core";
import { useIsFetching, useIsMutating } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./ProgressLine.module.css";

const PATIENCE_MS = 400;

/** A line along the upper edge while something takes long; what is known stays. */
export function ProgressLine() {
    const { t } = useTranslation();
    const moving = useRouterState({ select: (state) => state.isLoading });
    const busy = [useIsFetching({ predicate: isAwaited }), useIsMutating()].some(Boolean) || moving;
    const [long, setLong] = useState(false);
    useEffect(() => {
        if (!busy) {
            setLong(false);
            return;
        }
        const timer = setTimeout(() => setLong(true), PATIENCE_MS);
        return () => clearTimeout(timer);
    }, [busy]);
    return (
        <div role="status">
            {long && (
                <div className={classes.line}>
                    <VisuallyHidden>{t("frame.loading")}</VisuallyHidden>
                </div>
            )}
        </div>
    );
}

/** What is asked for again every few seconds is nobody's wait. */
function isAwaited(query: { meta: Record<string, unknown> | undefined }): boolean {
    return query.meta?.quiet !== true;
}
