import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

interface Undo {
    readonly label: string;
    readonly undo: () => void;
}

/** Say that something is done, with a button that takes it back where that is possible. */
export function toast(said: string, undo?: Undo): void {
    const id = crypto.randomUUID();
    notifications.show({
        id,
        autoClose: 10_000,
        withBorder: true,
        withCloseButton: !undo,
        message: (
            <Group justify="space-between" wrap="nowrap">
                <Text size="sm">{said}</Text>
                {undo && (
                    <Button
                        size="compact-sm"
                        variant="light"
                        onClick={() => {
                            notifications.hide(id);
                            undo.undo();
                        }}
                    >
                        {undo.label}
                    </Button>
                )}
            </Group>
        ),
    });
}
