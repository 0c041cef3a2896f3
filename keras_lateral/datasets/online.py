"""Whether a server answers."""

import urllib.error
import urllib.request


def is_online(url: str, timeout: float = 3.0) -> bool:
    """Asks a server for the head of a page, through a proxy where one is configured.

    Args:
        url: Address to ask for.
        timeout: Seconds to wait for the connection.

    Returns:
        True if the server answers, also with an error page.
    """
    request = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
