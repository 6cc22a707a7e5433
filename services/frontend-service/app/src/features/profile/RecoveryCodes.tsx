import { Button, CopyButton, Group, Modal, SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./RecoveryCodes.module.css";

/** Shown once; closing is a decision, not a slip beside the dialog. */
export function RecoveryCodes({
    codes,
    onClose,
}: {
    codes: readonly string[];
    onClose: () => void;
}) {
    const { t } = useTranslation();
    return (
        <Modal
            opened
            onClose={onClose}
            title={t("factor.codes")}
            withCloseButton={false}
            closeOnClickOutside={false}
        >
            <Text>{t("factor.codesAbout")}</Text>
            <SimpleGrid cols={2} my="md" dir="ltr" component="ul" className={classes.codes ?? ""}>
                {codes.map((code) => (
                    <li key={code}>{code}</li>
                ))}
            </SimpleGrid>
            <Group justify="flex-end">
                <CopyButton value={codes.join("\n")}>
                    {({ copied, copy }) => (
                        <Button variant="default" onClick={copy}>
                            {t(copied ? "error.copied" : "factor.copyCodes")}
                        </Button>
                    )}
                </CopyButton>
                <Button onClick={onClose}>{t("factor.kept")}</Button>
            </Group>
        </Modal>
    );
}
