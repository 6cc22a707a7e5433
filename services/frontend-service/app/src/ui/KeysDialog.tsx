import { Group, Kbd, Modal, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Person } from "../api/people.ts";
import { destinations } from "./navigation.ts";

interface Props {
    person: Person;
    opened: boolean;
    onClose: () => void;
}

/** The list of keys. */
export function KeysDialog({ person, opened, onClose }: Props) {
    const { t } = useTranslation();
    const rows = [
        { keys: ["Ctrl", "K"], does: t("palette.open") },
        { keys: ["?"], does: t("keys.title") },
        { keys: ["Esc"], does: t("keys.back") },
        ...destinations(person).map(({ keys, name }) => ({
            keys: ["g", keys],
            does: t(`screen.${name}`),
        })),
    ];
    return (
        <Modal
            opened={opened}
            onClose={onClose}
            title={t("keys.title")}
            closeButtonProps={{ "aria-label": t("frame.close") }}
        >
            <Table>
                <Table.Tbody>
                    {rows.map(({ keys, does }) => (
                        <Table.Tr key={keys.join(" ")}>
                            <Table.Td>{does}</Table.Td>
                            <Table.Td>
                                <Group gap={4} justify="flex-end" dir="ltr">
                                    {keys.map((key) => (
                                        <Kbd key={key}>{key}</Kbd>
                                    ))}
                                </Group>
                            </Table.Td>
                        </Table.Tr>
                    ))}
                </Table.Tbody>
            </Table>
        </Modal>
    );
}
