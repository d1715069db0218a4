<?php
printf("%s, uid %d\n", getenv("WEB_GREETING"), posix_geteuid());
