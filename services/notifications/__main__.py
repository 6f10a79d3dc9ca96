"""`python -m services.notifications [serve|migrate]`."""

from services.notifications.app import DIRECTORIES, NAME, build
from services.notifications.settings import NotificationsSettings
from shared.service import command_line

main = command_line(NAME, build, NotificationsSettings, DIRECTORIES)

if __name__ == "__main__":
    main()
