"""What one request may be and may take, before anybody knows what it asks: each limit is a setting of the same name.

What its document may ask for is in execution/admission/limits.py, which is a library's and knows of no request.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Sizes are bytes, times are seconds, the rest are numbers at once in one worker.

    `head` is the request line with all headers, `uri` the target alone; a connection idles between two requests.
    """

    connections: int = 500
    head_bytes: int = 16 * 1024
    uri_bytes: int = 8 * 1024
    head_seconds: float = 5
    idle_seconds: float = 75
    in_flight: int = 128
    in_flight_each: int = 64
    body_bytes: int = 128 * 1024
    body_seconds: float = 10
    json_depth: int = 32
    operation_seconds: float = 5
    answer_bytes: int = 2 * 1024 * 1024


ORDINARY = RequestLimits()
