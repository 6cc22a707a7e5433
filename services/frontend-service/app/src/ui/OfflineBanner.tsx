import { useNetwork } from "@mantine/hooks";
import { IconWifiOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./OfflineBanner.module.css";

/** Says that the connection is gone, and that nothing typed is lost; else nothing. */
export function OfflineBanner() {
    const { t } = useTranslation();
    const { online } = useNetwork();
    return (
        <div role="status">
            {!online && (
                <div className={classes.banner}>
                    <IconWifiOff size={18} aria-hidden />
                    {t("frame.offline")}
                </div>
            )}
        </div>
    );
}
