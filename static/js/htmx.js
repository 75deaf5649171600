// htmx itself; its settings stand in the meta tag "htmx-config" of templates/base.html.

import "htmx.org";
