import { Group, Text } from "@mantine/core";
import { IconStack2 } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import classes from "./Brand.module.css";

export function Brand() {
    const { t } = useTranslation();
    return (
        <Link to="/" className={classes.brand ?? ""}>
            <Group gap="sm" wrap="nowrap">
                <IconStack2 size={24} aria-hidden color="var(--hd-accent)" />
                <Text fw={700}>{t("app.name")}</Text>
            </Group>
        </Link>
    );
}
