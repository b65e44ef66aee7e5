// Nothing but a carrier of the precompiled headers, which targets of sanitizer builds share.
