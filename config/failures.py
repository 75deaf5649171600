"""Says why set-up failed, from what the tool that failed printed."""

# What tools print → why it failed, in words for somebody who did not write them.
CAUSES = (
    (
        ("No space left on device", "ENOSPC"),
        "cannot be set up: the disk is full. Free some space (about 1 GB is needed) and start "
        "again",
    ),
    (
        ("Permission denied", "EACCES", "Read-only file system"),
        "cannot be set up: this folder cannot be written. Give yourself the right to write "
        "there and start again",
    ),
    (
        ("HASHES", "EINTEGRITY"),
        "cannot be set up: a downloaded file is not the one that was locked. Start again; if it "
        "stays so, ask whoever runs the package index you use",
    ),
    (
        (
            "CERTIFICATE_VERIFY_FAILED",
            "SELF_SIGNED_CERT",
            "UNABLE_TO_GET_ISSUER",
            "UNABLE_TO_VERIFY",
        ),
        "cannot be fetched: this network puts a certificate of its own in front of the package "
        "index, and this machine does not trust it. Name its file in PIP_CERT and in "
        "NODE_EXTRA_CA_CERTS and start again",
    ),
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "Temporary failure in name resolution",
            "Network is unreachable",
            "Connection refused",
            "ConnectTimeout",
            "ReadTimeout",
            "ProxyError",
            "No matching distribution",
            "ENOTFOUND",
            "EAI_AGAIN",
            "ECONNREFUSED",
            "ETIMEDOUT",
            "ENETUNREACH",
        ),
        "are missing here and cannot be fetched. Connect this machine to the network, or to a "
        "package index it can reach, and start again",
    ),
)


def explain(what: str, printed: str) -> str:
    """Say in one sentence why setting up `what` failed, from what the tool printed."""
    for signs, cause in CAUSES:
        if any(sign in printed for sign in signs):
            return f"The {what} {cause}."
    last = "\n".join(f"    {line}" for line in printed.strip().splitlines()[-15:])
    return f"Setting up stopped at the {what}. The tool that failed said:\n{last}"
